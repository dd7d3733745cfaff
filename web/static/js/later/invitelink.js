// A link that has just been made, to be given away: nobody can show it again.

import { copy } from './copy.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { qr } from './qr.js';
import { t } from './words.js';

const LONG = 2000; // milliseconds that the button says it is done

export class InviteLink {
  #code = el('div');
  #field = el('input', { readonly: true, 'aria-label': t('links.link') });
  #copied = el('span', {}, t('details.link'));
  #about = el('p.about');
  element = el('section.made', { hidden: true }, this.#code,
    el('div.link', {}, this.#field, el('button.copy.primary', { type: 'button' }, glyph('copy'), this.#copied)),
    this.#about, el('p.once', {}, t('links.once')), el('button.another', { type: 'button' }, t('links.another')));

  constructor(another) {
    this.#field.addEventListener('focus', () => this.#field.select());
    this.element.querySelector('.copy').addEventListener('click', () => this.#copy());
    this.element.querySelector('.another').addEventListener('click', another);
  }

  show(about, link, rows) {
    this.#code.replaceChildren(qr(rows, t('links.qr')));
    this.#field.value = link;
    this.#about.textContent = about;
    this.element.hidden = false;
    this.element.querySelector('.copy').focus();
  }

  hide() {
    this.element.hidden = true;
    this.#field.value = '';
    this.#code.replaceChildren();
  }

  async #copy() {
    this.#copied.textContent = t(await copy(this.#field.value) ? 'details.linked' : 'copy.failed');
    setTimeout(() => { this.#copied.textContent = t('details.link'); }, LONG);
  }
}
