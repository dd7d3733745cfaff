// All about the room shown: what it is called and about, what of it I want to be told, who belongs
// to it; and the ways to change that.

import { style } from '../style.js';
import { ask } from './ask.js';
import { ChangeRoom } from './changeroom.js';
import { copy } from './copy.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { Involvement } from './involvement.js';
import { kindGlyph } from './lines.js';
import { Members } from './members.js';
import { joinRoom, leaveRoom } from './membership.js';
import { closeButton, fail, failure } from './parts.js';
import { t } from './words.js';

const LONG = 2000; // milliseconds that a button says it is done
const WHO_SEES = { open: t('room.open.why'), private: t('room.private.why'), direct: t('room.direct.why') };

const kind = el('span.emblem');
const name = el('bdi.name');
const what = el('p.what');
const wrong = failure();
const linked = el('span', {}, t('details.link'));
const ways = {
  join: el('button.join.primary', {}, t('preview.join')),
  pins: el('button.pinned', {}, glyph('needle'), t('room.pins')),
  search: el('button.search', {}, glyph('search'), t('details.search')),
  link: el('button.link', {}, glyph('chain'), linked),
  leave: el('button.leave', {}, glyph('leave'), t('details.leave')),
};
const dialog = el('dialog.sheet', { id: 'details', 'aria-labelledby': 'details-name', closedby: 'any' }, closeButton(),
  el('header', {}, el('h2', { id: 'details-name', tabindex: -1, autofocus: true }, kind, name), what),
  el('div.ways', {}, ...Object.values(ways), wrong));
document.body.append(dialog);

await style('finding');

let details;

export function open(app) {
  details ??= new Details(app);
  details.open();
}

class Details {
  #app;
  #change;
  #involvement;
  #members;

  constructor(app) {
    this.#app = app;
    this.#change = new ChangeRoom(app);
    this.#involvement = new Involvement(app);
    this.#members = new Members(app);
    dialog.append(this.#change.element, this.#involvement.element, this.#members.element);
    app.rooms.on('change', () => dialog.open && this.#update());
    app.rooms.on('open', () => dialog.close());
    this.#on(ways.join, async () => {
      await joinRoom(app, this.#room.ID);
      this.#members.show(this.#room);
    });
    this.#on(ways.pins, () => this.#go('pins'));
    this.#on(ways.search, () => this.#go('search-here'));
    this.#on(ways.link, () => this.#copyLink());
    this.#on(ways.leave, () => this.#leave());
  }

  open() {
    fail(wrong);
    this.#change.show(this.#room);
    this.#members.show(this.#room);
    this.#update();
    dialog.showModal();
    dialog.scrollTop = 0;
  }

  get #room() {
    return this.#app.rooms.get(this.#app.rooms.present);
  }

  #on(button, run) {
    button.addEventListener('click', async () => {
      fail(wrong);
      try {
        await run();
      } catch (error) {
        fail(wrong, error);
      }
    });
  }

  #update() {
    const room = this.#room;
    if (!room) return;
    const { Membership, Kind, ID, Archived } = room;
    kind.replaceChildren(kindGlyph(room));
    name.textContent = this.#app.rooms.name(room);
    what.textContent = Archived ? t('archived') : WHO_SEES[Kind];
    ways.join.hidden = Boolean(Membership || Archived) || Kind !== 'open';
    ways.leave.hidden = !Membership || Kind === 'direct' || ID === 'lobby';
    this.#change.update();
    this.#involvement.show(room);
    this.#members.update();
  }

  async #leave() {
    const { ID, Name, Kind } = this.#room;
    const closed = Kind === 'private';
    const text = t(closed ? 'details.leave.private' : 'details.leave.open');
    if (await ask({ title: t('details.leave.sure', { name: Name }), text, yes: t('details.leave'), danger: true })) await leaveRoom(this.#app, ID);
  }

  #go(command) {
    dialog.close();
    this.#app.commands.run(command);
  }

  async #copyLink() {
    if (!await copy(new URL(`/rooms/${encodeURIComponent(this.#room.ID)}`, location).href)) return;
    linked.textContent = t('details.linked');
    setTimeout(() => { linked.textContent = t('details.link'); }, LONG);
  }
}
