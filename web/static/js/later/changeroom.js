// The form for what a room is called and about, and for archiving it. The topic is everybody's who
// is in it, the rest its maker's.

import { roomPath } from '../rooms.js';
import { explain, t } from '../words.js';
import { ask } from './ask.js';
import { el } from './el.js';
import { fail, failure, nameField } from './parts.js';

export class ChangeRoom {
  #named = nameField();
  #maker = el('p.maker');
  #wrong = failure();
  #archive = el('button.archive.quiet', { type: 'button' });
  #save = el('button.save.primary', {}, t('details.save'));
  element = el('form.fields', {},
    this.#named,
    el('label', {}, t('room.topic'), el('textarea', { name: 'Topic', maxlength: 250, rows: 2, placeholder: t('room.topic.placeholder') })),
    this.#maker, this.#wrong,
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
    const { Name, Topic = '', Kind, Membership, Archived, Maker, ID } = this.#room;
    const mine = Maker === this.#app.me.ID && Membership && ID !== 'lobby';
    this.#put(this.element.Name, Name);
    this.#put(this.element.Topic, Topic);
    this.element.hidden = Kind === 'direct' || !Membership;
    this.element.Name.disabled = !mine || Archived;
    this.element.Topic.disabled = Archived;
    this.#named.hidden = !mine;
    this.#archive.hidden = !mine;
    this.#archive.textContent = t(Archived ? 'details.unarchive' : 'details.archive');
    this.#sayMaker(!mine && Maker);
    this.#edited();
  }

  #put(field, value) {
    if (field.value === (this.#shown[field.name] ?? field.value)) field.value = value;
    this.#shown[field.name] = value;
  }

  async #sayMaker(id) {
    this.#maker.hidden = !id;
    const [maker] = id ? await this.#app.people.users([id]) : [];
    this.#maker.textContent = maker ? t('details.maker', { name: maker.Name }) : '';
  }

  get #edits() {
    const { Name, Topic } = this.element;
    return {
      ...(Name.value !== this.#room.Name && { Name: Name.value }),
      ...(Topic.value !== (this.#room.Topic ?? '') && { Topic: Topic.value }),
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
      fail(this.#wrong, error.Code === 'conflict' ? t('new_room.taken', { name: this.element.Name.value }) : explain(error));
    }
  }

  async #askToArchive() {
    const { Archived, Name } = this.#room;
    const sure = Archived || await ask({ title: t('details.archive.sure', { name: Name }), text: t('details.archive.why'), yes: t('details.archive') });
    if (sure) await this.#change({ Archived: !Archived });
  }
}
