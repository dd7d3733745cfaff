// What of a room I want to be told.

import { roomPath } from '../rooms.js';
import { el } from './el.js';
import { fail, failure, option } from './parts.js';
import { t } from './words.js';

export class Involvement {
  #wrong = failure();
  element = el('form.fields', {},
    el('fieldset.options', {},
      el('legend', {}, t('involved')),
      option('Involvement', 'all', t('involved.all'), t('involved.all.why')),
      option('Involvement', 'mentions', t('involved.mentions'), t('involved.mentions.why')),
      option('Involvement', 'none', t('involved.none'), t('involved.none.why'))),
    el('p.note', {}, t('involved.note')),
    this.#wrong);
  #app;
  #room;

  constructor(app) {
    this.#app = app;
    this.element.addEventListener('change', () => this.#choose());
  }

  show(room) {
    this.#room = room;
    this.element.hidden = !room.Membership;
    if (room.Membership) this.element.Involvement.value = room.Membership.Involvement;
  }

  async #choose() {
    const { ID } = this.#room;
    fail(this.#wrong);
    try {
      this.#app.rooms.add(await this.#app.api.put(`${roomPath(ID)}/involvement`, { Involvement: this.element.Involvement.value }));
    } catch (error) {
      fail(this.#wrong, error);
      this.show(this.#room);
    }
  }
}
