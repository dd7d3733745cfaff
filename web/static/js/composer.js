// Where one writes. Enter says it, unless it ends the choice of a Chinese or Japanese word.

import { browser } from './storage.js';
import { counted, t } from './words.js';

const NEARING = 0.8; // of the limit, from where on what is left is shown

export class Composer {
  #form = document.getElementById('composer');
  #field = this.#form.querySelector('textarea');
  #hint = document.getElementById('composer-hint');
  #counter = this.#form.querySelector('.counter');
  #key;
  #limit;
  #say;
  #timer = 0;

  constructor(prefix, room, limit, say) {
    this.#key = `${prefix}.draft`;
    this.#limit = limit;
    this.#say = say;
    this.#form.hidden = false;
    this.#field.placeholder = t('composer.placeholder', { room });
    this.#field.value = browser.get(this.#key) ?? '';
    this.#field.addEventListener('input', () => this.#changed());
    this.#field.addEventListener('keydown', (event) => this.#typed(event));
    this.#form.addEventListener('submit', (event) => this.#submit(event));
    this.#button.addEventListener('pointerdown', (event) => event.preventDefault()); // a phone's keyboard stays
    this.#changed();
    if (matchMedia('(pointer: fine)').matches) this.#field.focus();
  }

  // Puts a message that was not said back, before what has been written since.
  restore(text) {
    this.#field.value = [text, this.#field.value].filter(Boolean).join('\n');
    this.#changed();
    this.#field.focus();
  }

  hint(text, seconds) {
    clearTimeout(this.#timer);
    this.#hint.textContent = text;
    this.#timer = setTimeout(() => { this.#hint.textContent = ''; }, seconds * 1000);
  }

  close() {
    this.#form.hidden = true;
  }

  clear() {
    browser.remove(this.#key);
  }

  get #button() {
    return this.#form.querySelector('button');
  }

  get #left() {
    return this.#limit - new TextEncoder().encode(this.#field.value.trim()).length;
  }

  #typed(event) {
    const composing = event.isComposing || event.keyCode === 229; // the latter is all Safari says
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || composing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (!text || this.#left < 0) return;
    this.#field.value = '';
    this.#changed();
    this.#field.focus();
    this.#say(text);
  }

  #changed() {
    const { value } = this.#field;
    this.#fit();
    if (value) browser.set(this.#key, value);
    else browser.remove(this.#key);
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
    const left = this.#left;
    const over = left < 0;
    this.#counter.textContent = left > this.#limit * (1 - NEARING) ? '' : counted(over ? 'composer.over' : 'composer.left', Math.abs(left));
    this.#counter.classList.toggle('over', over);
    this.#button.disabled = over || !this.#field.value.trim();
  }
}
