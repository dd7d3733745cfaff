// Completes the names after from: and in: while one searches.

import { Combobox } from './combobox.js';
import { ranked } from './fold.js';
import { personLine, roomLine } from './lines.js';
import { soon } from './soon.js';

const PAUSE = 120; // milliseconds without a key, after which the server is asked
const MOST = 6;
const OPEN = /(?:^|\s)(from|in):(?:"([^"]*)|([^\s"]*))$/; // an operator whose name is being typed

export class Suggest {
  #app;
  #input;
  #box;
  #done;

  // done: called when a name was completed
  constructor(app, input, list, done) {
    this.#app = app;
    this.#input = input;
    this.#done = done;
    this.#box = new Combobox(input, list, {
      line: (item) => (item.Gravatar ? personLine(app, item) : roomLine(app, item)),
      take: (item) => this.#take(item),
    });
    input.addEventListener('input', soon(PAUSE, () => this.#look()));
    input.addEventListener('input', () => this.open || this.#box.show([])); // Enter then asks at once
    input.addEventListener('blur', () => this.#box.show([]));
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.#box.items.length) return;
      event.preventDefault();
      this.#box.show([]);
    });
  }

  // Whether a name is being typed: the half of one would be nobody's.
  get open() {
    return document.activeElement === this.#input && OPEN.test(this.#before);
  }

  // Puts an operator at the end.
  insert(operator) {
    const { value } = this.#input;
    this.#input.value = value && !value.endsWith(' ') ? `${value} ${operator}` : value + operator;
    this.#input.focus();
    this.#input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  async #look() {
    const found = OPEN.exec(this.#before);
    if (!this.open) return this.#box.show([]);
    const [, operator, quoted, plain] = found;
    const items = await this.#items(operator, quoted ?? plain).catch(() => []);
    return OPEN.exec(this.#before)?.[0] === found[0] && this.#box.show(items.slice(0, MOST), true);
  }

  async #items(operator, name) {
    const { api, rooms } = this.#app;
    if (operator === 'from') return (await api.get('users', { q: name, limit: MOST })).Users;
    const named = rooms.all().filter(({ Kind }) => Kind !== 'direct');
    return name ? ranked(name, named, (room) => room.Name) : named;
  }

  get #before() {
    return this.#input.value.slice(0, this.#input.selectionStart);
  }

  // Of two with one name, the one that was chosen goes by its ID.
  #take({ ID, Name }) {
    const before = this.#before;
    const [, operator] = OPEN.exec(before);
    const start = before.lastIndexOf(`${operator}:`) + operator.length + 1;
    const alone = this.#box.items.filter((item) => item.Name === Name).length === 1;
    const written = alone ? Name.replaceAll('"', '') : ID;
    const name = /\s/.test(written) ? `"${written}" ` : `${written} `;
    const rest = this.#input.value.slice(before.length).replace(/^[^\s]*"?\s?/, '');
    this.#input.value = before.slice(0, start) + name + rest;
    this.#input.setSelectionRange(start + name.length, start + name.length);
    this.#box.show([]);
    this.#done();
  }
}
