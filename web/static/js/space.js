// The space a text takes: on the screen, and of what the server allows.

import { counted } from './words.js';

const NEARING = 0.8; // of the limit, from where on what is left is shown

export class Space {
  #form;
  #field;
  #limit;

  // limit: bytes of UTF-8
  constructor(form, limit) {
    this.#form = form;
    this.#field = form.querySelector('textarea');
    this.#limit = limit;
  }

  get left() {
    return this.#limit - new TextEncoder().encode(this.#field.value.trim()).length;
  }

  measure() {
    this.#fit();
    this.#count();
  }

  // Makes the field as high as its text. While that is measured the form keeps its height: the log
  // above would grow for a moment, and the reader would no longer be at its bottom.
  #fit() {
    this.#form.style.minBlockSize = `${this.#form.offsetHeight}px`;
    this.#field.style.blockSize = 'auto';
    this.#field.style.blockSize = `${this.#field.scrollHeight}px`;
    this.#form.style.minBlockSize = '';
  }

  #count() {
    const { left } = this;
    const over = left < 0;
    const counter = this.#form.querySelector('.counter');
    counter.textContent = left > this.#limit * (1 - NEARING) ? '' : counted(over ? 'composer.over' : 'composer.left', Math.abs(left));
    counter.classList.toggle('over', over);
  }
}
