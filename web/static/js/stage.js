// Which room is shown, and the address that says so. The views of the latest ones are kept as
// they were left, so that going back to one is immediate.

import { RoomView } from './view.js';

const KEPT = 10;

export class Stage {
  view = null;
  #app;
  #place = document.getElementById('stage');
  #views = new Map(); // room → view, the latest shown last
  #wish = null; // the latest to have another room

  constructor(app) {
    this.#app = app;
    history.scrollRestoration = 'manual';
    addEventListener('popstate', () => this.#follow(location));
    document.addEventListener('click', (event) => this.#click(event));
    app.rooms.on('room', () => this.#changed());
    app.on('me', () => this.update());
  }

  get(room) {
    return this.#views.get(room);
  }

  get views() {
    return this.#views.values();
  }

  // The room the page came with, and its latest messages.
  begin(room, messages) {
    const view = this.#viewOf(room);
    const around = messageIn(location);
    view.begin(messages, around);
    this.#put(view);
    return view.shown(around);
  }

  // around: a message to open it at; replace: whether the address takes the place of the present one.
  async open(id, { around, replace } = {}) {
    const wish = this.#wish = {};
    try {
      await this.#app.rooms.find(id);
    } catch (error) {
      this.#app.hint(error);
      return false;
    }
    if (this.#wish !== wish) return false; // another one was, while the server was asked
    const url = new URL(`/rooms/${encodeURIComponent(id)}`, location);
    url.searchParams.set('as', this.#app.as);
    if (around) url.hash = `m${around}`;
    if (replace) history.replaceState(null, '', url);
    else if (url.href !== location.href) history.pushState(null, '', url);
    await this.#show(id, around);
    return true;
  }

  update() {
    for (const view of this.views) view.update();
  }

  // Where one is who is nowhere else: not all are in the lobby.
  get #home() {
    const { rooms } = this.#app;
    return rooms.get('lobby')?.Membership ? 'lobby' : rooms.all()[0]?.ID ?? 'lobby';
  }

  async #show(id, around) {
    const { rooms } = this.#app;
    if (this.view?.room.ID !== id) this.#put(this.#viewOf(rooms.get(id)));
    else if (!around) return;
    await this.view.shown(around);
  }

  #put(view) {
    this.#app.marks.leave();
    this.view?.hidden();
    this.view = view;
    this.#app.rooms.present = view.room.ID;
    this.#place.replaceChildren(view.element);
    this.#app.rooms.tell('open', view);
  }

  #viewOf(room) {
    const view = this.#views.get(room.ID) ?? new RoomView(this.#app, room);
    this.#views.delete(room.ID);
    this.#views.set(room.ID, view);
    const [oldest] = this.#views;
    if (this.#views.size > KEPT) this.#drop(oldest[0]);
    return view;
  }

  #drop(room) {
    this.#views.get(room).close();
    this.#views.delete(room);
  }

  // A room that I am no longer in is closed, wherever that was decided.
  #changed() {
    const { rooms } = this.#app;
    for (const [id, view] of this.#views) {
      if (rooms.get(id)) view.update();
      else this.#drop(id);
    }
    if (!rooms.get(rooms.present)) this.open(this.#home, { replace: true });
  }

  #click(event) {
    const link = event.target.closest('a[href]');
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !roomIn(url) || (url.searchParams.get('as') ?? this.#app.as) !== this.#app.as) return;
    event.preventDefault();
    this.open(roomIn(url), { around: messageIn(url) });
  }

  // Back and forward.
  async #follow(url) {
    const wish = this.#wish = {};
    const [id, around] = [roomIn(url), messageIn(url)];
    const room = await this.#app.rooms.find(id).catch(() => null);
    if (this.#wish !== wish) return;
    if (room) await this.#show(id, around);
    else await this.open(this.#home, { replace: true });
  }
}

function roomIn({ pathname }) {
  const [, id] = pathname.match(/^\/rooms\/([^/]+)$/) ?? [];
  return id && decodeURIComponent(id);
}

const messageIn = ({ hash }) => Number(hash.match(/^#m(\d+)$/)?.[1] ?? 0);
