// The form for what a room is called and about, how fast one may speak in it, and for archiving it.
// The topic is everybody's who takes part in it, the rest for who keeps order.

import { keeps, roomPath } from '../rooms.js';
import { ask } from './ask.js';
import { el } from './el.js';
import { fail, failure, nameField, select } from './parts.js';
import { isReader } from './rank.js';
import { span } from './times.js';
import { t } from './words.js';

const SLOW = [0, 5, 10, 30, 60, 300, 900, 3600]; // seconds

const slowness = (seconds) => ({ value: seconds, says: seconds ? span(seconds) : t('slow.none') });

export class ChangeRoom {
  #named = nameField();
  #maker = el('p.maker');
  #slow = el('label.slow', {}, el('span', {}, t('slow'), el('small', {}, t('slow.why'))), select('Slow', SLOW.map(slowness)));
  #wrong = failure();
  #archive = el('button.archive.quiet', { type: 'button' });
  #save = el('button.save.primary', {}, t('details.save'));
  element = el('form.fields', {},
    this.#named,
    el('label', {}, t('room.topic'), el('textarea', { name: 'Topic', maxlength: 250, rows: 2, placeholder: t('room.topic.placeholder') })),
    this.#slow, this.#maker, this.#wrong,
    el('div.choices', {}, this.#archive, this.#save));
  #app;
  #room;
  #shown = {}; // what stood in the fields before anybody wrote

  constructor(app) {
    this.#app = app;
    this.element.addEventListener('input', () => this.#edited());
    this.element.addEventListener('keydown', (event) => this.#press(event));
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#change(this.#edits);
    });
    this.#archive.addEventListener('click', () => this.#askToArchive());
  }

  // As the room is now; what was written over is lost.
  show(room) {
    this.#room = room;
    this.#shown = {};
    fail(this.#wrong);
    this.update();
  }

  // What somebody else has changed meanwhile is shown where I have not begun to write.
  update() {
    const { Name, Topic = '', Slow = 0, Kind, Membership, Archived, Maker, ID } = this.#room;
    const { me } = this.#app;
    const keeper = keeps(me, this.#room);
    const names = keeper && ID !== 'lobby';
    if (!SLOW.includes(Slow)) this.#offer(Slow);
    this.#put(this.element.Name, Name);
    this.#put(this.element.Topic, Topic);
    this.#put(this.element.Slow, String(Slow));
    this.element.hidden = Kind === 'direct' || !(Membership || keeper);
    this.element.Name.disabled = !names || Archived;
    this.element.Topic.disabled = Archived || isReader(me);
    this.element.Slow.disabled = Archived;
    this.#named.hidden = !names;
    this.#slow.hidden = !keeper;
    this.#archive.hidden = !names;
    this.#archive.textContent = t(Archived ? 'details.unarchive' : 'details.archive');
    this.#sayMaker(!keeper && Maker);
    this.#edited();
  }

  // One that was not set here.
  #offer(seconds) {
    const { value, says } = slowness(seconds);
    const { Slow } = this.element;
    if (![...Slow.options].some((one) => one.value === String(value))) Slow.append(el('option', { value }, says));
  }

  #put(field, value) {
    if (field.value === (this.#shown[field.name] ?? field.value)) field.value = value;
    this.#shown[field.name] = value;
  }

  async #sayMaker(id) {
    this.#maker.hidden = !id;
    const [maker] = id ? await this.#app.people.users([id]) : [];
    this.#maker.textContent = maker?.Name ? t('details.maker', { name: maker.Name }) : '';
  }

  get #edits() {
    const { Name, Topic, Slow } = this.element;
    return {
      ...(Name.value !== this.#room.Name && { Name: Name.value }),
      ...(Topic.value !== (this.#room.Topic ?? '') && { Topic: Topic.value }),
      ...(Number(Slow.value) !== (this.#room.Slow ?? 0) && { Slow: Number(Slow.value) }),
    };
  }

  #edited() {
    this.#save.hidden = !Object.keys(this.#edits).length;
  }

  // A topic is one line, however it is wrapped.
  #press(event) {
    if (event.key !== 'Enter' || !event.target.matches('textarea') || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!this.#save.hidden) this.element.requestSubmit();
  }

  async #change(change) {
    fail(this.#wrong);
    try {
      this.#app.rooms.add(await this.#app.api.patch(roomPath(this.#room.ID), change));
      this.show(this.#app.rooms.get(this.#room.ID));
    } catch (error) {
      fail(this.#wrong, error.Code === 'conflict' ? t('new_room.taken', { name: this.element.Name.value }) : error);
    }
  }

  async #askToArchive() {
    const { Archived, Name } = this.#room;
    const sure = Archived || await ask({ title: t('details.archive.sure', { name: Name }), text: t('details.archive.why'), yes: t('details.archive') });
    if (sure) await this.#change({ Archived: !Archived });
  }
}
