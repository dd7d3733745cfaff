// The ways back to the bottom: "3 new messages", or an arrow when one is far away.

import { counted, number } from './words.js';

const MOST = 100; // beyond which nobody counts

export class Jump {
  missed = 0; // messages below what the reader has seen
  #fresh;
  #arrow;
  #box;

  constructor(element, jump) {
    this.#fresh = element.querySelector('#new-messages');
    this.#arrow = element.querySelector('#to-latest');
    this.#box = element.querySelector('#log');
    const go = () => {
      jump();
      this.#box.focus({ preventScroll: true }); // the button goes away, the reader stays
    };
    this.#fresh.addEventListener('click', go);
    this.#arrow.addEventListener('click', go);
  }

  update(scroll) {
    if (scroll.following) this.missed = 0;
    const n = Math.min(this.missed, MOST);
    this.#fresh.hidden = !n;
    this.#arrow.hidden = n > 0 || scroll.following || scroll.distance < this.#box.clientHeight;
    if (n) this.#fresh.textContent = counted('new_messages', n, n === MOST ? { n: `${number(n)}+` } : {});
  }
}
