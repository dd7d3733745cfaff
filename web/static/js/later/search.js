// What was said, in all rooms that I may see: found as one types, the newest first. The panel
// stays as it was left.

import { el } from './el.js';
import { clearMarks, mark } from './highlight.js';
import { cut, follow, hit } from './hits.js';
import { glyph } from './icons.js';
import { Pages } from './pages.js';
import { findField, listEnd, side } from './parts.js';
import { searchHelp } from './searchhelp.js';
import { openSide } from './side.js';
import { soon } from './soon.js';
import { Suggest } from './suggest.js';
import { counted, t } from './words.js';

const PAUSE = 250; // milliseconds without a key, after which is searched
const PAGE = 30;

const field = findField(t('search.placeholder'), { name: 'q', maxlength: 400 });
const names = el('ul.lines', { popover: 'manual' });
const chip = el('button.chip.only', { type: 'button', 'aria-pressed': 'false' }, glyph('check'), el('span'));
const form = el('form.query', { role: 'search' }, field, names, chip);
const help = searchHelp();
const list = el('ol.hits');
const end = listEnd();
const count = el('p.visually-hidden', { role: 'status' });
const dialog = side('search', t('room.search'), form, el('div.panel-body', {}, help, list, end), count);

let search;

// here: in the room shown only
export function open(app, here) {
  search ??= new Search(app);
  search.open(here);
}

class Search {
  #app;
  #pages;
  #words = [];
  #asked = ''; // the question whose answers are shown
  #room; // ID of the one that the chip is about

  constructor(app) {
    this.#app = app;
    this.#pages = new Pages(end, {
      fetch: (last) => this.#fetch(last),
      show: (hits, first) => this.#show(hits, first),
      nothing: () => t('search.none'),
      wrong: ({ Code }) => (Code === 'invalid' ? t('search.invalid') : undefined),
    });
    const suggest = new Suggest(app, form.q, names, () => this.#look());
    const look = soon(PAUSE, () => suggest.open || this.#look());
    form.addEventListener('input', look);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#look();
    });
    chip.addEventListener('click', () => this.#only(chip.ariaPressed !== 'true'));
    help.addEventListener('click', ({ target }) => {
      const { insert } = target.closest('[data-insert]')?.dataset ?? {};
      if (insert) suggest.insert(insert);
    });
    list.addEventListener('click', (event) => this.#follow(event));
    dialog.addEventListener('keydown', (event) => this.#walk(event));
    dialog.addEventListener('close', clearMarks);
    app.rooms.on('open', () => this.#nameRoom());
  }

  open(here) {
    this.#nameRoom();
    openSide(dialog);
    this.#mark(list.children);
    if (here) {
      this.#room = undefined;
      this.#only(true);
    }
    form.q.select();
    form.q.focus();
  }

  // The chip stays with the room it was pressed in.
  #nameRoom() {
    if (!dialog.open) clearMarks();
    if (chip.ariaPressed === 'true' && this.#room) return;
    const { rooms } = this.#app;
    this.#room = rooms.present;
    chip.querySelector('span').textContent = t('search.here', { room: rooms.name(rooms.get(this.#room)) });
  }

  #only(pressed) {
    chip.ariaPressed = 'false';
    this.#nameRoom();
    chip.ariaPressed = String(pressed);
    this.#look();
  }

  get #question() {
    const typed = form.q.value.trim();
    return typed && chip.ariaPressed === 'true' ? `${typed} in:${this.#room}` : typed;
  }

  #look() {
    const question = this.#question;
    if (question === this.#asked) return;
    this.#asked = question;
    help.hidden = question !== '';
    if (question) return this.#pages.start();
    list.replaceChildren();
    return this.#pages.stop();
  }

  async #fetch(last) {
    const query = { q: this.#asked, limit: PAGE, ...(last && { before: last.Seq }) };
    const { Hits, Words } = await this.#app.api.get('search', query);
    this.#words = Words;
    return Hits;
  }

  #show(hits, first) {
    if (first) {
      clearMarks();
      list.replaceChildren();
      list.parentElement.scrollTop = 0;
    }
    const lines = hits.map(({ Message }) => this.#line(Message));
    list.append(...lines);
    count.textContent = hits.length ? counted('search.shown', list.children.length) : '';
    this.#mark(lines);
  }

  #line(message) {
    const line = hit(this.#app, message);
    this.#sayWhere(line.querySelector('.where'), message.Room);
    return line;
  }

  // A room I have not joined is asked for.
  async #sayWhere(element, id) {
    const { rooms } = this.#app;
    const room = rooms.get(id) ?? await rooms.find(id).catch(() => null);
    if (room) element.textContent = rooms.name(room);
  }

  #mark(lines) {
    for (const line of lines) cut(line, mark(line.querySelector('.content'), this.#words));
  }

  async #follow(event) {
    const id = await follow(this.#app, dialog, event);
    const message = id && this.#app.view.log.element(id);
    if (message) mark(message.querySelector('.content'), this.#words);
  }

  // By the arrows from the field into the list, and in it.
  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.defaultPrevented) return;
    const ways = [form.q, ...list.querySelectorAll('.to')];
    const at = ways.indexOf(document.activeElement);
    if (at < 0 || !ways[at + step]) return;
    event.preventDefault();
    ways[at + step].focus();
  }
}
