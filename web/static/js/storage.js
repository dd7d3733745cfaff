// The browser's storage, which may be forbidden or full: then things last as long as the page.

class Area {
  #open;

  constructor(open) {
    this.#open = open;
  }

  get(key) {
    return this.#try((area) => area.getItem(key)) ?? null;
  }

  set(key, value) {
    this.#try((area) => area.setItem(key, value));
  }

  remove(key) {
    this.#try((area) => area.removeItem(key));
  }

  keys(prefix) {
    return this.#try((area) => Object.keys(area).filter((key) => key.startsWith(prefix))) ?? [];
  }

  #try(use) {
    try {
      return use(this.#open());
    } catch {
      return undefined;
    }
  }
}

export const browser = new Area(() => localStorage);
export const tab = new Area(() => sessionStorage);
