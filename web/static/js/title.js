// The tab's title, with how many messages came while it was hidden.

export class Title {
  #name;
  #missed = 0;

  constructor(name) {
    this.#name = name;
    document.addEventListener('visibilitychange', () => this.#seen());
    this.#show();
  }

  count() {
    if (!document.hidden) return;
    this.#missed++;
    this.#show();
  }

  #seen() {
    if (document.hidden) return;
    this.#missed = 0;
    this.#show();
  }

  #show() {
    document.title = `${this.#missed ? `(${this.#missed}) ` : ''}${this.#name} · gochatting`;
  }
}
