// The bar above the field, while what is written is about another message: an answer to it, or
// what it shall say instead.

import { gist } from './text.js';

export class About {
  #bar;

  constructor(form, cancel) {
    this.#bar = form.querySelector('.about');
    this.#bar.querySelector('.cancel').addEventListener('click', cancel);
  }

  show(doing, text) {
    this.#bar.querySelector('.doing').textContent = doing;
    this.#bar.querySelector('.which').textContent = gist(text);
    this.#bar.hidden = false;
  }

  hide() {
    this.#bar.hidden = true;
  }
}
