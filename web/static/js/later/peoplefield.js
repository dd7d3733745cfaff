// A field that one puts people into: their names complete, and each stands in it as a chip.

import { portray } from '../portrait.js';
import { say } from '../say.js';
import { Combobox } from './combobox.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { personLine, portrait } from './lines.js';
import { soon } from './soon.js';
import { t } from './words.js';

const PAUSE = 120; // milliseconds without a key, after which the server is asked
const ASKED = 8;

export class PeopleField {
  element;
  #app;
  #input = el('input', { type: 'text', placeholder: t('people.placeholder'), autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
  #state = el('p.state', { role: 'status' });
  #box;
  #chosen = new Map(); // ID → { user, chip }
  #options;

  // options: most, how many people; without(), IDs not to be offered; changed()
  constructor(app, label, options) {
    const list = el('ul.lines', { popover: 'manual' });
    const field = el('div.chosen', {}, this.#input);
    this.element = el('div.people-field', {}, el('p.label', {}, label), field, list, this.#state);
    this.#app = app;
    this.#input.ariaLabel = label;
    this.#options = { most: Infinity, without: () => [], changed: () => {}, ...options };
    this.#box = new Combobox(this.#input, list, {
      line: (user) => personLine(app, user),
      take: (user) => this.#add(user),
    });
    const ask = soon(PAUSE, () => this.#ask());
    this.#input.addEventListener('input', () => (this.#input.value.trim() ? ask() : this.#close()));
    this.#input.addEventListener('keydown', (event) => this.#press(event));
    this.#input.addEventListener('blur', () => this.#close());
    field.addEventListener('click', ({ target }) => {
      const id = target.closest('.chip')?.dataset.user;
      if (id) this.#remove(id);
      this.#input.focus();
    });
  }

  get ids() {
    return [...this.#chosen.keys()];
  }

  focus() {
    this.#input.focus();
  }

  clear() {
    for (const id of this.ids) this.#remove(id);
    this.#input.value = '';
    this.#close();
  }

  // A text, or what was refused.
  say(what) {
    say(this.#state, what);
  }

  async #ask() {
    const query = this.#input.value.trim();
    if (!query) return;
    try {
      const { Users } = await this.#app.api.get('users', { q: query, limit: ASKED });
      if (this.#input.value.trim() !== query) return;
      const without = new Set([...this.ids, ...this.#options.without()]);
      const users = Users.filter(({ ID }) => !without.has(ID));
      this.#box.show(users, true);
      this.say(users.length ? '' : t('people.none'));
    } catch (error) {
      this.say(error);
    }
  }

  #close() {
    this.#box.show([]);
    this.say('');
  }

  #press(event) {
    const shown = this.#box.items.length > 0;
    if (event.key === 'Backspace' && !this.#input.value && this.ids.length) this.#remove(this.ids.at(-1));
    else if (event.key === 'Escape' && shown) this.#close();
    else if (event.key === 'Enter' && this.#input.value) shown || this.#ask(); // a form is not sent by a name half typed
    else return;
    event.preventDefault();
  }

  #add(user) {
    this.#input.value = '';
    this.#close();
    if (this.#chosen.size >= this.#options.most) {
      this.say(t('people.enough'));
      return;
    }
    const chip = el('button.chip', { type: 'button', 'aria-label': t('people.without', { name: user.Name }) }, portrait(24), el('bdi.name'), glyph('close'));
    chip.dataset.user = user.ID;
    portray(chip, user);
    this.#input.before(chip);
    this.#chosen.set(user.ID, { user, chip });
    this.#options.changed();
  }

  #remove(id) {
    this.#chosen.get(id).chip.remove();
    this.#chosen.delete(id);
    this.#options.changed();
  }
}
