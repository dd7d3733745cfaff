// Everybody the page has heard of, by ID. Tells 'change' when somebody has a new name, picture or standing.

import { Events } from './events.js';

const TOGETHER = 50; // milliseconds in which questions are gathered
const SHOWN = ['Name', 'Gravatar', 'Verified', 'Role'];
const PAGE = 100; // people the server gives at once

export class People extends Events {
  #api;
  #known = new Map(); // ID → User
  #asked = new Map(); // ID → Promise
  #next = null; // the promise of what is being gathered

  constructor(api) {
    super();
    this.#api = api;
  }

  user(id) {
    return this.#known.get(id);
  }

  // As the server has them now.
  learn(users) {
    for (const user of users) {
      const before = this.#known.get(user.ID);
      this.#known.set(user.ID, user);
      if (before && SHOWN.some((key) => user[key] !== before[key])) this.tell('change', user);
    }
  }

  // As they were when they said something.
  meet(user) {
    if (!this.#known.has(user.ID)) this.#known.set(user.ID, user);
  }

  // Those of these people who exist, asking the server for the unknown.
  async users(ids) {
    await Promise.all(ids.filter((id) => !this.#known.has(id)).map((id) => this.#ask(id)));
    return ids.map((id) => this.#known.get(id)).filter(Boolean);
  }

  #ask(id) {
    if (!this.#asked.has(id)) this.#asked.set(id, this.#next ??= this.#gather());
    return this.#asked.get(id);
  }

  async #gather() {
    await new Promise((resolve) => { setTimeout(resolve, TOGETHER); });
    const together = this.#next;
    this.#next = null;
    const ids = [...this.#asked].filter(([, asked]) => asked === together).map(([id]) => id);
    try {
      for (let i = 0; i < ids.length; i += PAGE) {
        this.learn((await this.#api.get('users', { ids: ids.slice(i, i + PAGE) })).Users);
      }
    } catch {
      for (const id of ids) this.#asked.delete(id); // to be asked again
    }
  }
}
