// The rooms I am in, and those I look into: as they stand now. Tells 'room' when one of them is
// another than before, 'change' then and when a count is, and 'open' when another one is shown.

import { Events } from './events.js';
import { nameOf } from './portrait.js';
import { list, t } from './words.js';

export class Rooms extends Events {
  present = ''; // ID of the one shown
  #app;
  #rooms = new Map(); // ID → Room

  constructor(app, rooms) {
    super();
    this.#app = app;
    for (const room of rooms) this.#put(room);
  }

  get(id) {
    return this.#rooms.get(id);
  }

  // Those I am in. Direct ones have the latest first, which is how the server names them.
  all() {
    return [...this.#rooms.values()].filter((room) => room.Membership);
  }

  // The lobby is called so in every language until somebody gives it a name.
  name({ ID, Kind, Name, Users = [] }) {
    if (ID === 'lobby' && Name.toLowerCase() === 'lobby') return t('room.lobby');
    if (Kind !== 'direct') return Name;
    return list(this.others({ Users }).map(nameOf)) || t('room.notes');
  }

  others({ Users = [] }) {
    return Users.filter((user) => user.ID !== this.#app.me.ID);
  }

  open(id, where) {
    return this.#app.stage.open(id, where);
  }

  // What of a room one wants to be told of: how much is unread, how much of that mentions one, and
  // how much of it calls for one, as what is said in a direct conversation does.
  counts({ Kind, Membership: { Involvement, Read } }) {
    const mentions = Involvement === 'none' ? 0 : Read.Mentions;
    const unread = Involvement === 'all' ? Read.Unread : 0;
    return { unread, mentions, calls: Kind === 'direct' ? Math.max(unread, mentions) : mentions };
  }

  // Of all rooms together.
  get waiting() {
    return this.#sum(({ unread, mentions }) => Math.max(unread, mentions));
  }

  get calling() {
    return this.#sum(({ calls }) => calls);
  }

  // From the message on.
  markUnread(room, message) {
    return this.#app.marks.markUnread(room, message);
  }

  // All that was said in it.
  read(id) {
    const room = this.get(id);
    this.#app.marks.release();
    this.#app.marks.read(room, room.Rev);
  }

  // A room that is new or has changed. One told to everybody leaves my membership as it is.
  add(room) {
    this.#put(room);
    this.#changed();
  }

  remove(id) {
    if (this.#rooms.delete(id)) this.#changed();
  }

  // All I am in, as the server has them after the connection was made.
  replace(rooms) {
    for (const { ID } of this.all()) this.#rooms.delete(ID);
    for (const room of rooms) this.#put(room);
    this.#changed();
  }

  // Direct ones are called as those who are in them.
  rename(user) {
    for (const room of this.#rooms.values()) room.Users = room.Users?.map((other) => (other.ID === user.ID ? user : other));
    this.#changed();
  }

  // The room, asked for if it is not among mine: an open one, or one just made.
  async find(id) {
    if (!this.get(id)?.Membership) this.add(await this.#app.api.get(roomPath(id)));
    return this.get(id);
  }

  // Something was said in it.
  latest(room) {
    if (room.Kind !== 'direct') return;
    this.#rooms.delete(room.ID);
    this.#rooms = new Map([[room.ID, room], ...this.#rooms]);
  }

  #changed() {
    this.tell('room');
    this.tell('change');
  }

  #sum(of) {
    return this.all().reduce((sum, room) => sum + of(this.counts(room)), 0);
  }

  #put(room) {
    const known = this.#rooms.get(room.ID);
    this.#app.people.learn(room.Users ?? []);
    if (!known) return this.#rooms.set(room.ID, room);
    const { Membership, Rev } = known;
    for (const key of Object.keys(known)) delete known[key];
    Object.assign(known, { Membership }, room, { Rev: Math.max(Rev, room.Rev) });
    if (Membership) known.Membership = { ...known.Membership, Read: Membership.Read }; // which is told apart
  }
}

// Whether somebody keeps order in a room: it is theirs, or they do so everywhere.
export const keeps = ({ ID, Role }, { Kind, Maker, Membership }) => Kind !== 'direct'
  && (['owner', 'moderator'].includes(Role) || (Maker === ID && Boolean(Membership)));

export const roomPath = (id) => `rooms/${encodeURIComponent(id)}`;
