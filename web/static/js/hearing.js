// What the server says, to those whom it concerns.

import { findLost } from './portrait.js';

export class Hearing {
  #app;
  #announcer;

  constructor(app, announcer) {
    this.#app = app;
    this.#announcer = announcer;
    app.on('lost', () => this.#lost());
    app.people.on('change', (user) => this.#rename(user));
    for (const event of ['open', 'room']) app.rooms.on(event, () => app.presence.watch());
    app.socket.on('welcome_mtype', ({ Welcome }) => this.#welcome(Welcome));
    app.socket.on('text_mtype', (message) => this.#text(message));
    app.socket.on('status_mtype', ({ Room, UserStatus }) => this.#status(Room, UserStatus));
    app.socket.on('room_mtype', ({ Room, RoomInfo }) => this.#room(Room, RoomInfo));
    app.socket.on('you_mtype', ({ You }) => app.you.show(You));
    app.socket.on('read_mtype', (message) => app.marks.moved(message));
    app.socket.on('error_mtype', ({ Ref, Error }) => (Ref ? app.outboxes.refuse(Ref, Error) : app.hint(Error)));
  }

  #welcome({ You, Rooms }) {
    const { rooms, marks, stage, outboxes, you } = this.#app;
    you.show(You);
    marks.welcome(Rooms);
    rooms.replace(Rooms);
    marks.flush();
    for (const view of stage.views) if (view.isMember) view.reach(view.room.Rev);
    outboxes.open();
    findLost();
  }

  #lost() {
    for (const view of this.#app.stage.views) view.lost();
    this.#app.outboxes.lost();
  }

  #text(message) {
    const { rooms, marks, stage, outboxes, reading, me } = this.#app;
    const { Room, Ref, TextMessage: text } = message;
    const room = rooms.get(Room);
    const view = stage.get(Room);
    if (!room) return this.#meet(message);
    const fresh = text.ID === text.Rev && text.Rev > room.Rev;
    room.Rev = Math.max(room.Rev, text.Rev);
    const unread = marks.hear(room, text);
    if (unread && view === stage.view && !reading.attentive) view.mark();
    view?.hear(message);
    if (!view && text.UserInfo.ID === me.ID) outboxes.of(Room).settle(Ref);
    if (fresh) rooms.latest(room);
    if (fresh && text.UserInfo.ID !== me.ID) {
      if (view && view === stage.view) this.#announcer.say(text);
      this.#app.tell('said', { room, text });
    }
    return rooms.tell('change');
  }

  // A direct conversation, by its first message.
  async #meet({ Room, TextMessage: text }) {
    const { rooms, marks, me } = this.#app;
    const room = await rooms.find(Room).catch(() => null); // then the next welcome has it
    if (!room?.Membership) return;
    marks.check(room, text.Rev);
    if (text.UserInfo.ID !== me.ID) this.#app.tell('said', { room, text });
  }

  #status(room, { Users, Joined = [], Left = [], Online }) {
    const { presence, view, rooms, me } = this.#app;
    if (room !== rooms.present) return;
    presence.online = Online;
    if (Users) presence.replace(room, Users);
    else {
      view.notices.came(Joined.filter((user) => presence.join(user) && user.ID !== me.ID));
      Left.forEach((user) => presence.leave(user));
      view.notices.left(Left.filter((user) => user.Name && user.ID !== me.ID)); // who has left for good went nameless
    }
    rooms.tell('presence');
  }

  // Somebody's new name, picture or standing.
  #rename(user) {
    const { rooms, stage, you, me } = this.#app;
    for (const { log } of stage.views) log.rename(user);
    rooms.rename(user);
    if (user.ID === me.ID) you.show({ ...user, Muted: me.Muted });
  }

  #room(id, room) {
    if (room) this.#app.rooms.add(room);
    else this.#app.rooms.remove(id);
  }
}
