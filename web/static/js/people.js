// Who is here. The server names the first 200; the rest come page by page as one scrolls.

import { portray } from './portrait.js';
import { locale, number, t } from './words.js';

const PAGE = 100;
const template = document.getElementById('person').content.firstElementChild;
const collator = new Intl.Collator(locale);
const byName = (a, b) => collator.compare(a.Name, b.Name) || (a.ID < b.ID ? -1 : 1);

export class People {
  #list = document.getElementById('people');
  #more = document.querySelector('#people-panel .more');
  #me;
  #fetch;
  #known = new Map(); // ID → { user, element }
  #missed = new Set(); // IDs of those who were here before the connection was lost, and are not back yet
  #online = 0;
  #cursor = ''; // the last user the server has named in its own order
  #edge;
  #busy = false;

  // fetch(query) → { Users, Online }
  constructor(me, fetch) {
    this.#me = me;
    this.#fetch = fetch;
    this.#edge = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#load(), { root: this.#list.parentElement });
    this.#edge.observe(this.#more);
  }

  replace(users) {
    const before = [...this.#known.keys(), ...this.#missed];
    this.#known = new Map(users.map((user) => [user.ID, { user, element: this.#build(user) }]));
    this.#list.replaceChildren(...users.toSorted(byName).map(({ ID }) => this.#known.get(ID).element));
    this.#missed = new Set(before.filter((id) => !this.#known.has(id)));
    this.#cursor = users.at(-1)?.ID ?? '';
    this.#look();
  }

  // Whether this is somebody who comes, rather than a new name or picture, or one who comes back
  // like ourselves, as everyone does after the server was started again.
  join(user) {
    const isNew = !this.#known.has(user.ID) && !this.#missed.delete(user.ID);
    this.leave(user);
    const element = this.#build(user);
    const next = [...this.#list.children].find((other) => byName(user, this.#known.get(other.dataset.user).user) < 0);
    this.#list.insertBefore(element, next ?? null);
    this.#known.set(user.ID, { user, element });
    return isNew;
  }

  leave({ ID }) {
    this.#known.get(ID)?.element.remove();
    this.#known.delete(ID);
  }

  set online(n) {
    this.#online = n;
    for (const element of document.querySelectorAll('.online-count')) element.textContent = number(n);
  }

  #build(user) {
    const element = document.importNode(template, true);
    element.dataset.user = user.ID;
    portray(element, user);
    if (user.ID === this.#me) {
      const tag = document.createElement('span');
      tag.className = 'tag';
      tag.textContent = t('people.you');
      element.append(tag);
    }
    return element;
  }

  #look() {
    this.#edge.unobserve(this.#more);
    this.#edge.observe(this.#more);
  }

  async #load() {
    if (this.#busy || !this.#cursor || this.#known.size >= this.#online) return;
    const after = this.#cursor;
    this.#busy = true;
    try {
      const { Users, Online } = await this.#fetch({ after, limit: PAGE });
      if (this.#cursor !== after) return;
      for (const user of Users) this.#known.has(user.ID) || this.join(user);
      this.#cursor = Users.at(-1)?.ID ?? '';
      this.online = Online;
    } catch {
      return; // scrolling tries again
    } finally {
      this.#busy = false;
    }
    this.#look();
  }
}
