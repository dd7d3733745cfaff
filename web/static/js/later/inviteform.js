// What a link is to be: into which room, as what, for how long and for how many.

import { el } from './el.js';
import { fail, failure, option, select } from './parts.js';
import { span } from './times.js';
import { counted, t } from './words.js';

const HOURS = [1, 24, 7 * 24, 30 * 24];
const USES = [1, 10, 100, 0]; // people; 0: any number

const uses = (n) => ({ value: n, says: n ? counted('links.uses', n) : t('links.uses.any') });

export class InviteForm {
  #room = select('Room', [], { autofocus: true });
  #wrong = failure();
  #make = el('button.primary', {}, t('links.make'));
  element = el('form.fields', {},
    el('label', {}, t('links.room'), this.#room),
    el('fieldset.options', {},
      el('legend', {}, t('links.as')),
      option('Role', 'member', t('role.member'), t('links.member.why')),
      option('Role', 'reader', t('role.reader'), t('links.reader.why'))),
    el('div.pair', {},
      el('label', {}, t('links.hours'), select('Hours', HOURS.map((n) => ({ value: n, says: span(n * 3600) })))),
      el('label', {}, t('links.most'), select('Uses', USES.map(uses)))),
    this.#wrong, el('div.choices', {}, this.#make));
  #app;

  // made(answer): the server has made it
  constructor(app, made) {
    this.#app = app;
    Object.assign(this.element.Hours, { value: 7 * 24 });
    Object.assign(this.element.Uses, { value: 10 });
    this.element.Role.value = 'member';
    this.element.addEventListener('submit', async (event) => {
      event.preventDefault();
      const answer = await this.#send();
      if (answer) made(answer);
    });
  }

  show(room) {
    const rooms = this.#app.rooms.all().filter(({ Kind, Archived }) => Kind !== 'direct' && !Archived);
    this.#room.replaceChildren(...rooms.map((one) => el('option', { value: one.ID }, this.#app.rooms.name(one))));
    this.#room.value = rooms.includes(room) ? room.ID : 'lobby';
    this.element.hidden = false;
    fail(this.#wrong);
  }

  async #send() {
    const { Room, Role, Hours, Uses } = Object.fromEntries(new FormData(this.element));
    fail(this.#wrong);
    this.#make.disabled = true;
    try {
      return await this.#app.api.post('invitations', { Room, Role, Hours: Number(Hours), Uses: Number(Uses) });
    } catch (error) {
      fail(this.#wrong, error.Code === 'limit' ? t('links.too_many') : error);
      return null;
    } finally {
      this.#make.disabled = false;
    }
  }
}
