// What I said in a room and the server has not confirmed yet. It goes out in order, one at a time,
// and outlives a lost connection and a reload. Each message has a Ref, so that one sent twice is
// stored once.

import { browser } from './storage.js';

const PATIENCE = 20_000; // milliseconds without an answer, after which the connection is dead

export class Outbox {
  #prefix;
  #on;
  #view = null;
  #items = new Map(); // Ref → { Ref, Content, ReplyTo, Mentions, Files, At, Failed }
  #inFlight = '';
  #open = false;
  #timer = 0;

  // on: send(item), stalled()
  constructor(prefix, on) {
    this.#prefix = `${prefix}.outbox.`;
    this.#on = on;
    const kept = browser.keys(this.#prefix).map((key) => JSON.parse(browser.get(key))).filter(Boolean);
    for (const item of kept.sort((a, b) => a.At - b.At)) this.#items.set(item.Ref, item);
    addEventListener('storage', ({ key, newValue }) => this.#elsewhere(key, newValue));
  }

  // Where it is seen, if anywhere. view: show(item), fail(item), again(item), slow(seconds), forget(ref)
  show(view) {
    this.#view = view;
    for (const item of this.#items.values()) {
      view?.show(item);
      if (item.Failed) view?.fail(item);
    }
  }

  get size() {
    return this.#items.size;
  }

  add(draft) {
    const last = [...this.#items.values()].at(-1)?.At ?? 0;
    const item = { ...draft, Ref: newRef(), At: Math.max(Date.now(), last + 1) };
    this.#items.set(item.Ref, item);
    this.#keep(item);
    this.#view?.show(item);
    this.#next();
  }

  // The connection is ready.
  open() {
    this.#open = true;
    this.#next();
  }

  // The connection is gone: what was in flight may or may not have arrived.
  lost() {
    this.#open = false;
    this.#landed(this.#inFlight);
  }

  settle(ref) {
    if (this.#items.delete(ref)) browser.remove(this.#prefix + ref);
    this.#landed(ref);
  }

  refuse(ref, error) {
    const item = this.#items.get(ref);
    if (!item) return;
    if (error.Code === 'slow_down') return this.#pause(error.RetryAfter || 1);
    item.Failed = error;
    this.#keep(item);
    this.#view?.fail(item);
    this.#landed(ref);
  }

  retry(ref) {
    const item = this.#items.get(ref);
    delete item.Failed;
    this.#keep(item);
    this.#view?.again(item);
    this.#next();
  }

  // Takes a message out again.
  takeBack(ref) {
    const item = this.#items.get(ref);
    this.settle(ref);
    return item;
  }

  #next() {
    const item = [...this.#items.values()].find(({ Failed }) => !Failed);
    if (!this.#open || this.#inFlight || !item) return;
    this.#inFlight = item.Ref;
    this.#timer = setTimeout(() => this.#on.stalled(), PATIENCE);
    this.#on.send(item);
  }

  #landed(ref) {
    if (!this.#inFlight || this.#inFlight !== ref) return;
    this.#inFlight = '';
    clearTimeout(this.#timer);
    this.#next();
  }

  #pause(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#landed(this.#inFlight), seconds * 1000);
    this.#view?.slow(seconds);
  }

  #keep(item) {
    browser.set(this.#prefix + item.Ref, JSON.stringify(item));
  }

  // Another tab of mine has sent or taken back what both had.
  #elsewhere(key, value) {
    if (!key?.startsWith(this.#prefix) || value !== null) return;
    const ref = key.slice(this.#prefix.length);
    if (!this.#items.delete(ref)) return;
    this.#view?.forget(ref);
    this.#landed(ref);
  }
}

// crypto.randomUUID is missing where there is no TLS.
function newRef() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
