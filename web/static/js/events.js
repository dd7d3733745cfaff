// Something that tells others what happened.

export class Events extends EventTarget {
  on(type, handler) {
    this.addEventListener(type, ({ detail }) => handler(detail));
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
