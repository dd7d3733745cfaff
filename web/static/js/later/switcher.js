// The quick switcher: rooms and people in one list. Empty, it has what waits for me first, then
// where I was last.

import { say } from '../say.js';
import { style } from '../style.js';
import { Combobox } from './combobox.js';
import { openDirect } from './direct.js';
import { el } from './el.js';
import { ranked } from './fold.js';
import { note, personLine, roomLine } from './lines.js';
import { closeButton, findField } from './parts.js';
import { soon } from './soon.js';
import { number, t } from './words.js';

const PAUSE = 120; // milliseconds without a key, after which the server is asked
const ASKED = 8; // people, and rooms I am not in
const MOST = 50; // lines
const MANY = 100; // unread messages, beyond which nobody counts

const field = findField(t('switch.placeholder'), { enterkeyhint: 'go', autofocus: true });
const input = field.querySelector('input');
const list = el('ul.lines', { 'aria-label': t('rooms.find') });
const state = el('p.state', { role: 'status' });
const dialog = el('dialog.finder', { id: 'switcher', 'aria-label': t('rooms.find'), closedby: 'any' }, field, list, state);
field.append(closeButton());
document.body.append(dialog);

await style('finding');

let switcher;

export function open(app, visited) {
  switcher ??= new Switcher(app);
  switcher.open(visited);
}

class Switcher {
  #app;
  #box;
  #visited = []; // IDs of rooms, the latest last
  #people = [];
  #others = []; // open rooms that I am not in

  constructor(app) {
    this.#app = app;
    this.#box = new Combobox(input, list, {
      line: (item) => this.#line(item),
      take: (item) => this.#take(item),
    });
    const ask = soon(PAUSE, () => this.#ask());
    input.addEventListener('input', () => {
      say(state, '');
      this.#show();
      ask();
    });
    app.rooms.on('change', () => dialog.open && this.#show(true));
    dialog.addEventListener('keydown', (event) => {
      if (!dialog.open || event.key?.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      dialog.close();
    });
  }

  open(visited) {
    this.#visited = visited;
    this.#people = this.#others = [];
    input.value = '';
    say(state, '');
    this.#show();
    dialog.showModal();
  }

  #show(hold) {
    const query = input.value.trim();
    const items = query ? this.#answers(query) : this.#places();
    this.#box.show(items.slice(0, MOST), hold);
  }

  #places() {
    const { rooms } = this.#app;
    const urgency = (room) => (rooms.counts(room).calls ? 2 : Number(rooms.counts(room).unread > 0));
    return rooms.all()
      .filter(({ ID, Archived }) => ID !== rooms.present && !Archived)
      .sort((a, b) => urgency(b) - urgency(a) || this.#visited.lastIndexOf(b.ID) - this.#visited.lastIndexOf(a.ID));
  }

  // Whom I already have a conversation with is found as that.
  #answers(query) {
    const { rooms } = this.#app;
    const nameOf = (item) => (item.Kind === 'direct' && rooms.others(item).map(({ Name }) => Name).join(' ')) || (item.Kind ? rooms.name(item) : item.Name);
    const mine = ranked(query, rooms.all(), nameOf);
    const met = new Set(mine.filter(isPair).flatMap((room) => rooms.others(room)).map(({ ID }) => ID));
    const people = this.#people.filter(({ ID }) => !met.has(ID));
    return ranked(query, [...mine, ...people, ...this.#others], nameOf);
  }

  async #ask() {
    const query = input.value.trim();
    if (!query) return;
    try {
      const [{ Users }, { Rooms }] = await Promise.all([
        this.#app.api.get('users', { q: query, limit: ASKED }),
        this.#app.api.get('rooms', { browse: 1, q: query, limit: ASKED }),
      ]);
      if (input.value.trim() !== query) return;
      this.#people = Users;
      this.#others = Rooms.filter((room) => !room.Membership);
      this.#show(true);
      say(state, this.#box.items.length ? '' : t('switch.none'));
    } catch (error) {
      say(state, error);
    }
  }

  #line(item) {
    if (item.Gravatar) return personLine(this.#app, item);
    const line = roomLine(this.#app, item);
    if (!item.Membership) note(line, t('switch.not_joined'));
    else this.#count(line, this.#app.rooms.counts(item));
    return line;
  }

  #count(line, { unread, mentions }) {
    if (mentions) note(line, `@${number(mentions)}`, 'mentions');
    else if (unread) note(line, unread < MANY ? number(unread) : `${number(MANY)}+`, 'count');
  }

  async #take(item) {
    dialog.close();
    try {
      await (item.Gravatar ? openDirect(this.#app, [item.ID]) : this.#app.rooms.open(item.ID));
    } catch (error) {
      this.#app.hint(error);
    }
  }
}

const isPair = ({ Kind, Users }) => Kind === 'direct' && Users.length === 2;
