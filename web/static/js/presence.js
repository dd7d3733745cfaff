// Who is here, in the room shown. The server names the first 200; the rest come page by page as
// one scrolls.

import { portray } from './portrait.js';
import { roomPath } from './rooms.js';
import { locale, number, t } from './words.js';

const PAGE = 100;
const template = document.getElementById('person').content.firstElementChild;
const collator = new Intl.Collator(locale);
const byName = (a, b) => collator.compare(a.Name, b.Name) || (a.ID < b.ID ? -1 : 1);

export class Presence {
  #list = document.getElementById('people');
  #more = document.querySelector('#people-panel .more');
  #app;
  #room = ''; // the one the list is of
  #watched = ''; // the one whose presence the server tells us
  #known = new Map(); // ID → { user, element }
  #missed = new Set(); // IDs of those who were here before the connection was lost, and are not back yet
  #online = 0;
  #cursor = ''; // the last user the server has named in its own order
  #edge;
  #busy = false;

  constructor(app) {
    this.#app = app;
    this.#edge = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#load(), { root: this.#list.parentElement });
    this.#edge.observe(this.#more);
    this.#list.parentElement.addEventListener('keydown', (event) => this.#walk(event));
  }

  has(id) {
    return this.#known.has(id);
  }

  // The room that a new connection is to tell us of.
  ask() {
    const { rooms, view } = this.#app;
    return this.#watched = view.isMember ? rooms.present : '';
  }

  // Another room is shown, or I have come into it. Of one that I only look into nobody tells us.
  async watch() {
    const { rooms, socket } = this.#app;
    const before = this.#watched;
    const room = this.ask();
    if (room !== before) socket.send({ MType: 'status_mtype', Room: room });
    if (!room) await this.#visit(rooms.present).catch(() => this.replace(rooms.present, []));
  }

  async #visit(room) {
    const { Users, Online } = await this.#fetch(room, {});
    if (room !== this.#app.rooms.present || this.#watched) return;
    this.replace(room, Users);
    this.online = Online;
  }

  replace(room, users) {
    const before = room === this.#room ? [...this.#known.keys(), ...this.#missed] : [];
    this.#room = room;
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
    const button = element.querySelector('button');
    element.dataset.user = button.dataset.person = user.ID;
    this.#app.people.learn([user]);
    portray(element, user);
    if (user.ID === this.#app.me.ID) {
      const tag = document.createElement('span');
      tag.className = 'tag';
      tag.textContent = t('people.you');
      button.append(tag);
    }
    return element;
  }

  // Tab goes to the list, the arrows go through it: there may be hundreds.
  #walk(event) {
    const next = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    const at = event.target.closest('li');
    const to = next && (at ? at[next] : this.#list.firstElementChild);
    if (!to) return;
    event.preventDefault();
    to.firstElementChild.focus();
  }

  #fetch(room, query) {
    return this.#app.api.get(`${roomPath(room)}/users`, { ...query, limit: PAGE });
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
      const { Users, Online } = await this.#fetch(this.#room, { after });
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
