// What the rooms' panel offers besides rooms: bringing people in, and keeping order. Loaded when the
// page is shown; a reader has neither, nor the ways to other rooms.

import { style } from '../style.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { isReader, moderates } from './rank.js';
import { t } from './words.js';

await style('order');

export class Order {
  #app;
  #invite = this.#way('invite', 'links.people', () => import('./invitations.js'));
  #keep = this.#way('shield', 'order', () => import('./overview.js'));

  constructor(app) {
    this.#app = app;
    document.getElementById('rooms').append(el('ul.more-ways', {}, this.#invite, this.#keep));
    app.on('me', () => this.#update());
    app.socket.on('room_mtype', ({ Room, RoomInfo }) => !RoomInfo && app.view.room.ID === Room && this.#sayGone(app.view.room));
    this.#update();
  }

  #way(icon, says, load) {
    const button = el('button', { type: 'button', 'aria-haspopup': 'dialog' }, glyph(icon), t(says));
    button.addEventListener('click', async () => {
      try {
        (await load()).open(this.#app);
      } catch (error) {
        this.#app.hint(error);
      }
    });
    return el('li', {}, button);
  }

  // Out of a room that was shown one comes to another, and is told; a reader may have none left, which
  // the server says.
  #sayGone(room) {
    const { rooms } = this.#app;
    if (!rooms.all().length) location.reload();
    rooms.addEventListener('open', () => this.#app.hint(t('order.gone', { room: rooms.name(room) })), { once: true });
  }

  #update() {
    const { me } = this.#app;
    this.#invite.hidden = isReader(me);
    this.#keep.hidden = !moderates(me);
  }
}
