// The ways to rooms, people and messages: what the keys and buttons for them do. Where they lead
// is loaded when it is first asked for, but the switcher before, since one types on at once.

import { mac } from './commands.js';
import { t } from './words.js';

const SOON = 2000; // milliseconds after which the switcher is loaded

// Each of these modules exports open(app, …).
const modules = {
  browse: () => import('./later/browse.js'),
  card: () => import('./later/card.js'),
  details: () => import('./later/details.js'),
  keys: () => import('./later/keys.js'),
  neighbours: () => import('./later/neighbours.js'),
  newDirect: () => import('./later/newdirect.js'),
  newRoom: () => import('./later/newroom.js'),
  pins: () => import('./later/pins.js'),
  search: () => import('./later/search.js'),
  switcher: () => import('./later/switcher.js'),
};

export class Finding {
  #app;
  #loaded = new Map(); // name → module
  #visited = []; // IDs of rooms, the latest last

  constructor(app) {
    this.#app = app;
    app.card = (id) => this.#open('card', id);
    app.rooms.on('open', () => this.#visit());
    document.addEventListener('click', (event) => this.#click(event));
    document.querySelector('#go-to kbd').textContent = `${mac ? '⌘' : 'Ctrl'} K`;
    const opening = (name, ...more) => ({ run: () => this.#open(name, ...more) });
    app.commands.add(
      { id: 'switch', keys: ['Mod+k'], says: 'keys.switch', typing: true, run: () => this.#open('switcher', this.#visited) },
      { keys: ['Alt+ArrowDown'], says: 'keys.next', typing: true, ...opening('neighbours', 1) },
      { keys: ['Alt+ArrowUp'], says: 'keys.previous', typing: true, ...opening('neighbours', -1) },
      { keys: ['Alt+Shift+ArrowDown'], says: 'keys.next_unread', typing: true, ...opening('neighbours', 1, true) },
      { keys: ['Alt+Shift+ArrowUp'], says: 'keys.previous_unread', typing: true, ...opening('neighbours', -1, true) },
      { id: 'search', keys: ['Mod+Shift+f'], says: 'keys.search', typing: true, ...opening('search') },
      { keys: ['/'], says: 'keys.search', ...opening('search') },
      { id: 'search-here', ...opening('search', true) },
      { id: 'pins', ...opening('pins') },
      { id: 'details', ...opening('details') },
      { id: 'new-room', ...opening('newRoom') },
      { id: 'browse', ...opening('browse') },
      { id: 'new-direct', ...opening('newDirect') },
      { keys: ['Escape'], says: 'keys.escape', typing: true, run: () => this.#escape() },
      { id: 'keys', keys: ['?'], says: 'keys.list', ...opening('keys') },
      { keys: ['Mod+/'], says: 'keys.list', typing: true, ...opening('keys') },
    );
    setTimeout(() => this.#load('switcher').catch(() => {}), SOON); // it is tried again when it is wanted
  }

  async #load(name) {
    const module = await modules[name]();
    this.#loaded.set(name, module);
    return module;
  }

  // What is there opens at once: the next key is meant for it.
  async #open(name, ...more) {
    const { open } = this.#loaded.get(name) ?? await this.#load(name).catch((error) => {
      this.#app.hint(t('find.unreachable'));
      throw error;
    });
    return open(this.#app, ...more);
  }

  #visit() {
    this.#visited = [...this.#visited.filter((id) => id !== this.#app.rooms.present), this.#app.rooms.present];
  }

  #click({ target }) {
    const person = target.closest('[data-person], .mention[data-user]');
    const author = target.closest('#log .portrait, #log .message .name')?.closest('.message');
    const [id] = (person?.dataset.person ?? person?.dataset.user ?? author?.dataset.user ?? '').split(' '); // several are of one name
    if (id && id !== 'here') this.#app.card(id);
  }

  #escape() {
    if (document.querySelector(':popover-open')) return false; // the browser closes that
    const side = document.querySelector('dialog.side[open]');
    if (side) return side.close();
    this.#app.marks.release();
    return this.#app.view.toLatest();
  }
}
