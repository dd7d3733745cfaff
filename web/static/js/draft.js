// What one has begun to write in a room. It outlives reloads, and is the same in all tabs of this
// browser that are the same person.

import { browser } from './storage.js';

const NONE = { Content: '', ReplyTo: 0, People: [], Files: [] };

export class Draft {
  #key;
  #now = NONE;

  constructor({ as }, room) {
    this.#key = `gochatting.${as}.${room}.draft`;
    this.read();
  }

  get now() {
    return this.#now;
  }

  read() {
    const kept = browser.get(this.#key);
    this.#now = kept ? { ...NONE, ...parse(kept) } : NONE;
  }

  keep(draft) {
    this.#now = draft;
    if (draft.Content || draft.ReplyTo || draft.Files.length) browser.set(this.#key, JSON.stringify(draft));
    else browser.remove(this.#key);
  }

  isKeptIn(key) {
    return key === this.#key;
  }
}

// Once a draft was its text alone.
function parse(kept) {
  try {
    return JSON.parse(kept);
  } catch {
    return { Content: kept };
  }
}
