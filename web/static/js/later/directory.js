// Everybody there is, to be found by name.

import { el } from './el.js';
import { makeButton, personLine } from './lines.js';
import { Pages } from './pages.js';
import { findField, listEnd } from './parts.js';
import { soon } from './soon.js';
import { t } from './words.js';

const PAUSE = 200; // milliseconds without a key, after which the server is asked
const PAGE = 100; // the rest is found by more of the name

export class Directory {
  #field = findField(t('people.placeholder'));
  #list = el('ul.lines');
  #end = listEnd();
  element = el('section.part', {}, this.#field, el('div.scroll', {}, this.#list, this.#end));
  #pages;

  constructor(app) {
    const input = this.#field.querySelector('input');
    this.#pages = new Pages(this.#end, {
      fetch: async (last) => (last ? [] : (await app.api.get('users', { q: input.value.trim(), limit: PAGE })).Users),
      show: (users, first) => first && this.#show(app, users),
      nothing: () => t('people.none'),
    });
    app.people.on('change', (user) => this.#lineOf(user.ID)?.replaceWith(person(app, user)));
    input.addEventListener('input', soon(PAUSE, () => this.#pages.start()));
  }

  start() {
    this.#pages.start();
  }

  #show(app, users) {
    app.people.learn(users);
    this.#list.replaceChildren(...users.map((user) => person(app, user)));
  }

  #lineOf(id) {
    return [...this.#list.children].find((line) => line.dataset.user === id);
  }
}

function person(app, user) {
  const line = personLine(app, user);
  makeButton(line).dataset.person = user.ID;
  return line;
}
