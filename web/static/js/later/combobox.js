// An input with choices under it, of which the arrows and the pointer choose one and Enter or a
// click takes it. The focus stays in the input (ARIA's combobox with a listbox).

import { near } from './near.js';

const PAGE = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };

let lists = 0;

export class Combobox {
  #input;
  #list;
  #on;
  #items = [];
  #active = -1;
  #chose = false; // whether it was the user who made it active

  // on: line(item) → its <li>, take(item); items have an ID by which the active one stays so
  constructor(input, list, on) {
    this.#input = input;
    this.#list = list;
    this.#on = on;
    list.id ||= `choices-${++lists}`;
    list.role = 'listbox';
    list.ariaLabel ??= input.ariaLabel;
    input.role = 'combobox';
    input.ariaAutoComplete = 'list';
    input.setAttribute('aria-controls', list.id);
    input.addEventListener('keydown', (event) => this.#press(event));
    list.addEventListener('pointerdown', (event) => event.preventDefault());
    list.addEventListener('pointermove', ({ target }) => this.#choose(this.#indexOf(target)));
    list.addEventListener('click', ({ target }) => this.#take(this.#indexOf(target)));
    if (list.popover) document.addEventListener('scroll', () => this.#items.length && this.#place(), { capture: true, passive: true });
    this.show([]);
  }

  get items() {
    return this.#items;
  }

  // hold: whether one that the user made active stays so, rather than the first becoming it.
  show(items, hold = false) {
    this.#chose &&= hold;
    const active = this.#chose ? this.#items[this.#active]?.ID : undefined;
    this.#items = items;
    this.#list.replaceChildren(...items.map((item, i) => {
      const line = this.#on.line(item);
      line.id = `${this.#list.id}-${i}`;
      line.role = 'option';
      return line;
    }));
    this.#input.ariaExpanded = String(items.length > 0);
    this.#active = -1;
    this.#activate(Math.max(0, items.findIndex(({ ID }) => ID === active)));
    if (this.#list.popover) this.#place();
    else this.#list.hidden = !items.length;
  }

  // One that lies over the page is as wide as its field.
  #place() {
    if (!this.#list.isConnected) return;
    this.#list.togglePopover(this.#items.length > 0);
    if (!this.#items.length) return;
    const field = this.#input.parentElement;
    this.#list.style.inlineSize = `${field.offsetWidth}px`;
    near(this.#list, field);
  }

  #press(event) {
    if (event.isComposing || event.keyCode === 229 || !this.#items.length || !this.#input.checkVisibility()) return;
    const step = STEPS[event.key];
    if (step) this.#choose(this.#towards(step), true);
    else if (event.key === 'Enter') this.#take(this.#active);
    else return;
    event.preventDefault();
  }

  // One step goes around the end, a page stops there.
  #towards(step) {
    const to = this.#active + step;
    const last = this.#items.length - 1;
    if (Math.abs(step) === 1) return (to + last + 1) % (last + 1);
    return Math.min(last, Math.max(0, to));
  }

  #choose(index, reveal) {
    if (!this.#items[index]) return;
    this.#chose = true;
    this.#activate(index, reveal);
  }

  #activate(index, reveal = false) {
    if (index === this.#active || !this.#items[index]) return;
    const lines = this.#list.children;
    lines[this.#active]?.removeAttribute('aria-selected');
    this.#active = index;
    lines[index].ariaSelected = 'true';
    this.#input.setAttribute('aria-activedescendant', lines[index].id);
    if (reveal) lines[index].scrollIntoView({ block: 'nearest' });
  }

  #take(index) {
    if (this.#items[index]) this.#on.take(this.#items[index]);
  }

  #indexOf(target) {
    return [...this.#list.children].indexOf(target.closest('[role=option]'));
  }
}
