// The connection: it comes back by itself, sooner when the network or the reader does. Tells every
// frame by its MType.

import { Events } from './events.js';

const SUBPROTOCOL = 'gochatting.v1';
const FIRST = 300; // milliseconds to wait at most after the first failure, doubling from there
const MOST = 15_000;
const ENDS = ['signed out', 'banned'];
const CROWDED = 'too many connections';
const RESTART = /^restart (\d+(\.\d)?)$/; // when to come back, in seconds: not all at once
const OPEN = 1; // a readyState, also where there is no WebSocket

export class Socket extends Events {
  #url;
  #on;
  #socket = null;
  #timer = 0;
  #failures = 0;

  // on: room() → the one looked at, lost(), state(name), signedOut() → whether that is why we cannot connect, ended(why)
  constructor(as, on) {
    super();
    this.#url = new URL(`/chat?${new URLSearchParams({ as })}`, location);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    this.#on = on;
    addEventListener('online', () => this.restart()); // what was open may lead through the old network
    addEventListener('focus', () => this.#hurry());
    document.addEventListener('visibilitychange', () => document.hidden || this.#hurry());
  }

  open() {
    this.#timer = 0;
    this.#url.searchParams.set('room', this.#on.room());
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    let opened = false;
    this.#socket = socket;
    this.#on.state(navigator.onLine ? 'connecting' : 'offline');
    socket.onopen = () => { opened = true; };
    socket.onmessage = ({ data }) => this.#socket === socket && this.#receive(JSON.parse(data));
    socket.onclose = (event) => this.#socket === socket && this.#closed(event, opened);
  }

  // Whether there is a connection it can go by.
  send(message) {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  // Gives up the present connection, which may be dead without knowing it, for a new one.
  restart() {
    if (!this.#on) return;
    clearTimeout(this.#timer);
    const old = this.#socket;
    this.#socket = null;
    old?.close();
    this.#on.lost();
    this.open();
  }

  #receive(message) {
    if (message.MType === 'welcome_mtype') {
      this.#failures = 0;
      this.#on.state('online');
    }
    this.tell(message.MType, message);
  }

  #closed({ code, reason }, opened) {
    this.#socket = null;
    this.#on.lost();
    if (code === 1008 && ENDS.includes(reason)) return this.#end(reason);
    const crowded = reason === CROWDED;
    this.#on.state(crowded ? 'crowded' : navigator.onLine ? 'connecting' : 'offline');
    const hint = Number(RESTART.exec(reason)?.[1] ?? 0) * 1000;
    const wait = crowded ? 2 * MOST : hint || Math.random() * Math.min(MOST, FIRST * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.open(), wait);
    if (!opened) this.#on.signedOut().then((out) => out && this.#end()); // a refused handshake does not say why
  }

  #hurry() {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.open();
  }

  #end(why) {
    if (!this.#on) return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#socket = null;
    this.#on.state('offline');
    this.#on.ended(why);
    this.#on = null;
  }
}
