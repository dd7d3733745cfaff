// Completes what is being written: names after @, emoji after :, commands after /. The list opens
// above the field; arrows choose, Enter or Tab takes, Escape closes it.

import { insert } from '../insert.js';
import { style } from '../style.js';
import { commandsLike, emojiLike, peopleLike, roomsLike } from './candidates.js';
import { el } from './el.js';
import { t } from './words.js';

// What stands before the cursor, and what it may mean. In front of @ no letter: that is an address.
// Names have spaces, so what follows @ may be more than a word.
const SOURCES = [
  { begins: /(?<![\w.+-])[@＠]([^\s@＠](?:[^\n@＠]{0,62}\S)?)?$/, find: peopleLike },
  { begins: /(?<![\w:]):([a-z0-9+_-]{2,})$/i, find: emojiLike },
  { begins: /^\/(\p{L}*)$/u, find: commandsLike },
  { begins: /^\/join +#?(\S.*)?$/u, find: roomsLike },
];

await style('completion');

export class Completion {
  #app;
  #view;
  #field;
  #list = el('ul', { id: 'completion', role: 'listbox', 'aria-label': t('completion'), hidden: true });
  #items = [];
  #active = 0;
  #chose = false; // whether that one was made active, rather than being the first
  #from = 0; // where what is completed begins
  #asked = 0;
  #vain = {}; // from where and up to where nothing was found, nor will be for what goes on from there

  constructor(app, view, form) {
    this.#app = app;
    this.#view = view;
    this.#field = form.querySelector('textarea');
    form.append(this.#list);
    this.#field.addEventListener('input', (event) => event.isComposing || this.#look());
    this.#field.addEventListener('compositionend', () => this.#look());
    this.#field.addEventListener('click', () => this.#look());
    this.#field.addEventListener('blur', () => this.#close());
    this.#field.addEventListener('keydown', (event) => this.#press(event), { capture: true }); // before the composer
    this.#list.addEventListener('pointerdown', (event) => event.preventDefault()); // the focus stays
    this.#list.addEventListener('pointermove', ({ target }) => this.#choose(this.#indexOf(target)));
    this.#list.addEventListener('click', ({ target }) => this.#take(this.#indexOf(target)));
    this.#look();
  }

  async #look() {
    const asked = ++this.#asked;
    const before = this.#field.value.slice(0, this.#field.selectionStart);
    for (const { begins, find } of SOURCES) {
      const match = before.match(begins);
      if (!match) continue;
      const query = match[1] ?? '';
      if (match.index === this.#vain.from && before.startsWith(this.#vain.text)) continue;
      const found = await find(this.#app, this.#view, query, this.#field.value, (items) => asked === this.#asked && this.#show(items, match.index));
      if (asked !== this.#asked) return;
      if (found.length) return this.#show(found, match.index);
      this.#vain = { from: match.index, text: before };
    }
    this.#close();
  }

  #show(items, from) {
    const chosen = this.#chose && this.#items[this.#active]?.key;
    this.#from = from;
    this.#items = items;
    if (!items.length) return this.#close();
    this.#list.replaceChildren(...items.map(({ line }, i) => Object.assign(line, { id: `completion-${i}`, role: 'option' })));
    this.#list.hidden = false;
    Object.assign(this.#field, { role: 'combobox', ariaExpanded: 'true', ariaAutoComplete: 'list' });
    this.#field.setAttribute('aria-controls', this.#list.id);
    this.#activate(Math.max(0, items.findIndex(({ key }) => key === chosen)));
  }

  #close() {
    this.#asked++;
    this.#items = [];
    this.#chose = false;
    this.#list.hidden = true;
    for (const name of ['role', 'aria-expanded', 'aria-controls', 'aria-activedescendant']) this.#field.removeAttribute(name);
  }

  #choose(index) {
    this.#chose = true;
    this.#activate(index);
  }

  #activate(index) {
    if (!this.#items[index]) return;
    this.#items[this.#active]?.line.removeAttribute('aria-selected');
    this.#active = index;
    const { line } = this.#items[index];
    line.ariaSelected = 'true';
    line.scrollIntoView({ block: 'nearest' });
    this.#field.setAttribute('aria-activedescendant', line.id);
  }

  #press(event) {
    if (!this.#items.length || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.#items.length;
    switch (event.key) {
      case 'ArrowDown': this.#choose((this.#active + 1) % last); break;
      case 'ArrowUp': this.#choose((this.#active + last - 1) % last); break;
      case 'Escape': this.#close(); break;
      case 'Enter': case 'Tab':
        if (event.shiftKey) return;
        this.#take(this.#active);
        break;
      case 'ArrowLeft': case 'ArrowRight': case 'Home': case 'End': return this.#close();
      default: return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #take(index) {
    const item = this.#items[index];
    if (!item) return;
    this.#close();
    item.taken?.();
    insert(this.#field, item.text, this.#from, this.#field.selectionStart);
  }

  #indexOf(target) {
    return [...this.#list.children].indexOf(target.closest('[role=option]'));
  }
}
