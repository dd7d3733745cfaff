// The bar above the conversation: which room this is, and what it is about.

import { plain } from './plain.js';
import { t } from './words.js';

export class Header {
  #app;
  #name = document.getElementById('room-name');
  #topic = document.getElementById('room-topic');

  constructor(app) {
    this.#app = app;
    app.rooms.on('open', () => this.#show());
    app.rooms.on('room', () => this.#show());
  }

  #show() {
    const room = this.#app.view?.room;
    if (!room) return;
    this.#name.textContent = this.#app.rooms.name(room);
    this.#name.dataset.kind = room.Kind;
    this.#name.title = room.Kind === 'private' ? t('room.members_only') : '';
    const topic = this.#topic.title = room.Topic ?? '';
    this.#topic.replaceChildren(...plain(topic));
  }
}
