// The message that another one replies to, in a line above it: from the log or, if it is not
// there, from the server, asked for all that are missing at once. Follows its edits.

import { nameOf } from './portrait.js';
import { roomPath } from './rooms.js';
import { gist } from './text.js';
import { t } from './words.js';

const template = document.getElementById('quote').content.firstElementChild;
const MOST = 100; // messages the server gives at once

export class Quotes {
  #view;
  #known = new Map(); // ID → TextMessage, or null if there is none, of those fetched
  #asked = new Set(); // IDs, of the former
  #wanted = []; // IDs to be asked for

  constructor(view) {
    this.#view = view;
    view.on('heard', (text) => this.#heard(text));
  }

  // The message, if it is known here.
  get(id) {
    return this.#view.log.message(id) ?? this.#known.get(id);
  }

  show(element, id) {
    element.querySelector('.quote')?.remove();
    if (!id) return;
    const quote = document.importNode(template, true);
    quote.dataset.to = id;
    this.#fill(quote);
    element.querySelector('.bubble').prepend(quote);
  }

  #fill(quote) {
    const id = Number(quote.dataset.to);
    const text = this.get(id);
    quote.querySelector('.who').textContent = text ? nameOf(text.UserInfo) : '';
    quote.querySelector('.what').textContent = text ? gist(text) : t(text === null ? 'quote.gone' : 'quote.loading');
    if (text === undefined) this.#want(id);
  }

  #heard(text) {
    if (this.#asked.has(text.ID)) this.#know(text);
    this.#refill([text.ID]);
  }

  #know(text) {
    if (!(this.#known.get(text.ID)?.Rev > text.Rev)) this.#known.set(text.ID, text);
  }

  #refill(ids) {
    const quotes = ids.flatMap((id) => [...this.#view.log.box.querySelectorAll(`.quote[data-to="${id}"]`)]);
    if (quotes.length) this.#view.scroll.keep(() => quotes.forEach((quote) => this.#fill(quote)));
  }

  #want(id) {
    if (!this.#wanted.length) queueMicrotask(() => this.#fetch());
    if (!this.#wanted.includes(id)) this.#wanted.push(id);
  }

  async #fetch() {
    const ids = this.#wanted.splice(0, MOST);
    if (this.#wanted.length) queueMicrotask(() => this.#fetch());
    for (const id of ids) this.#asked.add(id);
    try {
      const { Messages } = await this.#view.app.api.get(`${roomPath(this.#view.room.ID)}/messages`, { ids });
      Messages.forEach(({ TextMessage }) => this.#know(TextMessage));
      for (const id of ids) if (!this.#known.has(id)) this.#known.set(id, null);
      this.#refill(ids);
    } catch {
      // they stay as they are, until they are shown anew
    }
  }
}
