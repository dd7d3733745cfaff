// How far each room has been read, which is the same on all my devices, and how much was said in
// it since. The server counts; what comes live is added here.

import { roomPath } from './rooms.js';

const MOST = 100; // as far as anybody counts
const OFTEN = 5000; // milliseconds between marks sent while one follows
const DOUBT = 1000; // milliseconds before the server is asked to count again

export class Marks {
  #app;
  #unsent = new Set(); // rooms read further than the server was told
  #sent = new Map(); // room → marks it was told, and has not told to all my devices yet
  #known = new Map(); // room → how far the server last said that I have read
  #held = ''; // the room that was marked unread and has not been left since
  #timer = 0;
  #doubts = new Map(); // room → timer

  constructor(app) {
    this.#app = app;
  }

  // The welcome's rooms, before they replace those there are: what was read while the connection
  // was lost is kept, and told now.
  welcome(rooms) {
    this.#sent.clear();
    for (const { ID, Membership } of rooms) {
      this.#known.set(ID, Membership.Read.ID);
      const mine = this.#of(ID)?.Read;
      if (!this.#unsent.has(ID) || !mine) continue;
      if (mine.ID > Membership.Read.ID) {
        Membership.Read = { ...mine, Rev: Membership.Read.Rev };
        this.#doubt(ID);
      } else {
        this.#unsent.delete(ID);
      }
    }
  }

  // A live message. Whether it is one more to be read.
  hear(room, { ID, Rev, UserInfo, Edited, Deleted, Mentions }) {
    const Read = room.Membership?.Read;
    if (!Read || Rev <= Read.Rev) return false;
    Read.Rev = Rev;
    if (ID <= Read.ID) return false;
    if (ID < Rev) {
      if (Edited || Deleted) this.#doubt(room.ID);
      return false;
    }
    if (UserInfo.ID === this.#app.me.ID) return false;
    Read.Unread = Math.min(MOST, Read.Unread + 1);
    if (this.isCall({ Mentions })) Read.Mentions = Math.min(MOST, Read.Mentions + 1);
    return true;
  }

  // What was counted before something that was heard since is counted again.
  check(room, heard = 0) {
    room.Rev = Math.max(room.Rev, heard);
    if (room.Membership.Read.Rev < room.Rev) this.#doubt(room.ID);
  }

  isCall({ Mentions = [] }) {
    return Mentions.includes(this.#app.me.ID) || Mentions.includes('here');
  }

  // Everything up to the message is read.
  read({ ID: room, Membership }, id) {
    const { Read } = Membership;
    if (this.#held === room || id < Read.ID || (id === Read.ID && !Read.Unread)) return;
    Membership.Read = { ...Read, ID: id, Unread: 0, Mentions: 0 };
    this.#unsent.add(room);
    if (Read.Unread) this.#app.rooms.tell('change');
    if (this.#timer) return;
    this.flush();
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.flush();
    }, OFTEN);
  }

  // Tells the server what it does not know yet.
  flush() {
    for (const Room of this.#unsent) {
      const ID = this.#of(Room)?.Read.ID;
      if (ID && !this.#app.socket.send({ MType: 'read_mtype', Room, Read: { ID } })) return; // the next welcome is soon enough
      this.#unsent.delete(Room);
      if (ID) this.#sent.set(Room, (this.#sent.get(Room) ?? new Set()).add(ID));
    }
  }

  // The page goes, and its socket with it.
  depart() {
    for (const room of this.#unsent) this.#app.api.putLast(`${roomPath(room)}/read`, { ID: this.#of(room).Read.ID });
    this.#unsent.clear();
  }

  // The server says how far I have read. If it was this page that told it, nothing in that is new.
  // Going back is something that I did elsewhere; so is going on, but not as far as I am here.
  moved({ Room, Read }) {
    const membership = this.#of(Room);
    const before = this.#known.get(Room) ?? membership?.Read.ID;
    this.#known.set(Room, Read.ID);
    if (!membership || this.#isEcho(Room, Read.ID)) return;
    const back = Read.ID < before;
    if (!back && Read.ID < membership.Read.ID && this.#unsent.has(Room)) return;
    this.#unsent.delete(Room);
    this.#accept(Room, Read);
    if (back) this.#hold(Room);
  }

  async markUnread(room, id) {
    this.#held = room; // from now on, so that nothing overtakes it
    this.#unsent.delete(room);
    try {
      this.#accept(room, await this.#app.api.put(`${roomPath(room)}/read`, { ID: id - 1 }));
      this.#hold(room);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  // I turn to it again, as by saying something: it may be read.
  release() {
    this.#held = '';
  }

  // The room is left.
  leave() {
    this.release();
    this.flush();
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #of(room) {
    return this.#app.rooms.get(room)?.Membership;
  }

  #isEcho(room, id) {
    const sent = this.#sent.get(room);
    const is = sent?.has(id) ?? false;
    for (const earlier of sent ?? []) if (earlier <= id) sent.delete(earlier);
    return is;
  }

  // The room shown stays unread although it is looked at.
  #hold(room) {
    if (room !== this.#app.rooms.present) return;
    this.#held = room;
    this.#app.view.mark();
  }

  #accept(room, Read) {
    this.#of(room).Read = Read;
    this.check(this.#app.rooms.get(room));
    this.#app.rooms.tell('change');
  }

  #doubt(room) {
    clearTimeout(this.#doubts.get(room));
    this.#doubts.set(room, setTimeout(() => this.#recount(room), DOUBT));
  }

  async #recount(room) {
    const fresh = await this.#app.api.get(roomPath(room)).catch(() => null); // the next welcome counts too
    if (fresh?.Membership && this.#of(room) && !this.#unsent.has(room)) this.#accept(room, fresh.Membership.Read);
  }
}
