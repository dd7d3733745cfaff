// Who else is writing, shown for as long as it is likely; and telling others that I am.

import { counted, list, t } from './words.js';

const EVERY = 3000; // milliseconds between two signs of mine
const LASTS = 6000; // of anyone's
const NAMED = 2;

export class Typing {
  #view;
  #line;
  #writers = new Map(); // user → { Name, timer }
  #told = 0;

  constructor(view, line) {
    this.#view = view;
    this.#line = line;
    view.on('heard', ({ UserInfo }) => this.#stop(UserInfo.ID));
  }

  // Of somebody in this room.
  hear({ ID, Name }) {
    clearTimeout(this.#writers.get(ID)?.timer);
    this.#writers.set(ID, { Name, timer: setTimeout(() => this.#stop(ID), LASTS) });
    this.#show();
  }

  tell() {
    const { app, room, readOnly } = this.#view;
    if (readOnly || Date.now() - this.#told < EVERY) return;
    this.#told = Date.now();
    app.socket.send({ MType: 'typing_mtype', Room: room.ID });
  }

  #stop(id) {
    clearTimeout(this.#writers.get(id)?.timer);
    if (this.#writers.delete(id)) this.#show();
  }

  #show() {
    const names = [...this.#writers.values()].map(({ Name }) => Name);
    this.#line.hidden = !names.length;
    this.#line.textContent = names.length > NAMED ? t('typing.several') : counted('typing', names.length, { names: list(names) });
  }
}
