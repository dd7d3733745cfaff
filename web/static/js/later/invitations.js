// Links that let others in: making one, and those there are.

import { style } from '../style.js';
import { ask } from './ask.js';
import { el } from './el.js';
import { InviteForm } from './inviteform.js';
import { InviteLink } from './invitelink.js';
import { roomLine } from './lines.js';
import { Pages } from './pages.js';
import { fail, failure, listEnd, sheet } from './parts.js';
import { moment } from './times.js';
import { counted, number, t } from './words.js';

const list = el('ul.lines');
const end = listEnd();
const wrong = failure();
const body = el('div.scroll');
const dialog = sheet('invitations', t('links.people'), body);

await style('finding');
await style('order');

let invitations;

// room: the one it is to lead into at first
export function open(app, room = app.rooms.get(app.rooms.present)) {
  invitations ??= new Invitations(app);
  invitations.open(room);
}

class Invitations {
  #app;
  #form;
  #link = new InviteLink(() => this.#ask());
  #pages;
  #room;
  #shown = ''; // ID of the one that was just made

  constructor(app) {
    this.#app = app;
    this.#form = new InviteForm(app, (made) => this.#made(made));
    body.append(this.#form.element, this.#link.element, el('section.live', {}, el('h3', {}, t('links.live')), wrong, list, end));
    list.addEventListener('click', ({ target }) => {
      const id = target.closest('.revoke')?.dataset.invitation;
      if (id) this.#revoke(id);
    });
    this.#pages = new Pages(end, {
      fetch: async (last) => (last ? [] : (await app.api.get('invitations')).Invitations),
      show: (all, first) => first && list.replaceChildren(...all.map((invitation) => this.#line(invitation))),
      nothing: () => t('links.none'),
    });
  }

  open(room) {
    this.#room = room;
    this.#ask();
    this.#pages.start();
    dialog.showModal();
    body.scrollTop = 0;
  }

  #ask() {
    fail(wrong);
    this.#link.hide();
    this.#form.show(this.#room);
  }

  #made({ Invitation, Link, QR }) {
    this.#room = this.#app.rooms.get(Invitation.Room.ID);
    this.#shown = Invitation.ID;
    this.#form.element.hidden = true;
    this.#link.show(this.#about(Invitation), Link, QR);
    this.#pages.start();
    body.scrollTop = 0;
  }

  #line(invitation) {
    const { ID, Room, Role, Maker } = invitation;
    const line = roomLine(this.#app, Room);
    line.querySelector('.topic').textContent = [
      Role === 'reader' && t('links.reads'),
      this.#about(invitation),
      Maker.ID !== this.#app.me.ID && t('links.by', { name: Maker.Name }),
    ].filter(Boolean).join(' · ');
    line.append(el('button.revoke', { 'data-invitation': ID, 'aria-label': t('links.revoke.of', { room: Room.Name }) }, t('links.revoke')));
    return line;
  }

  // How many it is for, and until when.
  #about({ Most, Used, Expires }) {
    const came = Most ? t('links.used_of', { n: number(Used), most: number(Most) }) : counted('links.used', Used);
    return `${came} · ${t('links.until', { time: moment(new Date(Expires)) })}`;
  }

  async #revoke(id) {
    const question = { title: t('links.revoke.title'), text: t('links.revoke.text'), yes: t('links.revoke'), danger: true };
    if (!await ask(question)) return;
    fail(wrong);
    try {
      await this.#app.api.delete(`invitations/${encodeURIComponent(id)}`);
      if (id === this.#shown) this.#ask();
      this.#pages.start();
    } catch (error) {
      fail(wrong, error);
    }
  }
}
