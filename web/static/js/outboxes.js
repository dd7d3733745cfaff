// The outbox of every room: also of those not shown since the page was loaded, whose messages may
// still be on their way from the last time.

import { Outbox } from './outbox.js';
import { browser } from './storage.js';

export class Outboxes {
  #prefix;
  #on;
  #rooms = new Map(); // room → Outbox
  #open = false;

  // on: send(room, item), stalled()
  constructor(as, on) {
    this.#prefix = `gochatting.${as}.`;
    this.#on = on;
    for (const key of browser.keys(this.#prefix)) {
      const [room, kind] = key.slice(this.#prefix.length).split('.');
      if (kind === 'outbox') this.of(room);
    }
  }

  of(room) {
    if (!this.#rooms.has(room)) this.#rooms.set(room, this.#make(room));
    return this.#rooms.get(room);
  }

  get size() {
    return [...this.#rooms.values()].reduce((sum, outbox) => sum + outbox.size, 0);
  }

  open() {
    this.#open = true;
    for (const outbox of this.#rooms.values()) outbox.open();
  }

  lost() {
    this.#open = false;
    for (const outbox of this.#rooms.values()) outbox.lost();
  }

  // The server names no room: a Ref is in one outbox at most.
  refuse(ref, error) {
    for (const outbox of this.#rooms.values()) outbox.refuse(ref, error);
  }

  #make(room) {
    const { send, stalled } = this.#on;
    const outbox = new Outbox(this.#prefix + room, { send: (item) => send(room, item), stalled });
    if (this.#open) outbox.open();
    return outbox;
  }
}
