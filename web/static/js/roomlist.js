// The rooms at the side: mine, by name, and direct conversations, the latest first.

import { portray } from './portrait.js';
import { counted, locale, number } from './words.js';

const MOST = 100; // beyond which nobody counts
const TOGETHER = 50; // milliseconds
const template = document.getElementById('room-link').content.firstElementChild;
const collator = new Intl.Collator(locale, { numeric: true });

export class RoomList {
  #app;
  #rooms = document.querySelector('#rooms .rooms');
  #direct = document.querySelector('#rooms .direct');
  #links = new Map(); // room → its <li>
  #due = 0;

  constructor(app) {
    this.#app = app;
    app.rooms.on('open', () => this.#show());
    for (const event of ['change', 'presence']) app.rooms.on(event, () => this.#later());
  }

  // Once, however much changes together; a hidden page, which has no frames, does it too.
  #later() {
    this.#due ||= setTimeout(() => this.#show(), TOGETHER);
  }

  #show() {
    clearTimeout(this.#due);
    this.#due = 0;
    const { rooms } = this.#app;
    const shown = rooms.all().filter((room) => !room.Archived || room.ID === rooms.present);
    const links = new Map(shown.map((room) => [room.ID, this.#links.get(room.ID) ?? document.importNode(template, true)]));
    this.#links = links;
    for (const room of shown) this.#fill(links.get(room.ID), room);
    const direct = (room) => room.Kind === 'direct';
    const byName = (a, b) => collator.compare(rooms.name(a), rooms.name(b));
    arrange(this.#rooms, shown.filter((room) => !direct(room)).sort(byName).map((room) => links.get(room.ID)));
    arrange(this.#direct, shown.filter(direct).map((room) => links.get(room.ID)));
  }

  #fill(item, room) {
    const { rooms, presence, as } = this.#app;
    const { unread, mentions } = rooms.counts(room);
    const link = item.firstElementChild;
    link.dataset.room = room.ID;
    link.dataset.kind = room.Kind;
    link.href = `/rooms/${encodeURIComponent(room.ID)}?${new URLSearchParams({ as })}`;
    link.classList.toggle('unread', unread > 0);
    link.classList.toggle('muted', room.Membership.Involvement === 'none');
    if (room.ID === rooms.present) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
    const others = rooms.others(room);
    link.classList.toggle('here', others.length === 1 && presence.has(others[0].ID));
    if (room.Kind === 'direct') this.#picture(link, others);
    link.querySelector('.name').textContent = rooms.name(room);
    count(link.querySelector('.count'), unread, counted('rooms.unread', unread));
    count(link.querySelector('.mentions'), mentions, counted('rooms.mentions', mentions));
  }

  // One other person's picture, or how many they are.
  #picture(link, others) {
    const portrait = link.querySelector('.portrait');
    const [user = this.#app.me] = others;
    if (others.length > 1) portrait.dataset.many = number(others.length);
    else delete portrait.dataset.many;
    portray(link, user);
  }
}

function count(element, n, words) {
  element.hidden = !n;
  element.title = words;
  element.textContent = !n ? '' : n < MOST ? number(n) : `${number(MOST)}+`;
}

// Moves only what is elsewhere, so that what has the focus keeps it.
function arrange(list, items) {
  list.hidden = !items.length;
  items.forEach((item, i) => list.children[i] === item || list.insertBefore(item, list.children[i] ?? null));
  while (list.children.length > items.length) list.lastElementChild.remove();
}
