// The ways back to the bottom: "3 new messages", or an arrow when one is far away.

import { counted } from './words.js';

export class Jump {
  #fresh = document.getElementById('new-messages');
  #arrow = document.getElementById('to-latest');
  #count = 0;

  constructor(jump) {
    const go = () => {
      jump();
      document.getElementById('log').focus({ preventScroll: true }); // the button goes away, the reader stays
    };
    this.#fresh.addEventListener('click', go);
    this.#arrow.addEventListener('click', go);
  }

  count() {
    this.#count++;
  }

  update(scroll, screen) {
    if (scroll.following) this.#count = 0;
    this.#fresh.hidden = !this.#count;
    this.#arrow.hidden = this.#count > 0 || scroll.following || scroll.distance < screen;
    if (this.#count) this.#fresh.textContent = counted('new_messages', this.#count);
  }
}
