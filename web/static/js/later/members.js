// Who belongs to a room, bringing others in, and for who keeps order taking them out.

import { roomPath } from '../rooms.js';
import { ask } from './ask.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { open as openInvitations } from './invitations.js';
import { makeButton, personLine } from './lines.js';
import { bringIn, takeOut } from './membership.js';
import { Pages } from './pages.js';
import { fail, failure, findField, listEnd } from './parts.js';
import { PeopleField } from './peoplefield.js';
import { isReader, keepsOver } from './rank.js';
import { soon } from './soon.js';
import { t } from './words.js';

const PAUSE = 200; // milliseconds without a key, after which the server is asked
const PAGE = 50;
const MANY = 12; // from where on one wants to search them

const isDirect = ({ Kind }) => Kind === 'direct';

export class Members {
  #heading = el('h3', { id: 'members-title' });
  #field = findField(t('members.find'));
  #input = this.#field.querySelector('input');
  #list = el('ul.lines');
  #end = listEnd();
  #done = el('button.primary', { hidden: true }, t('details.invite'));
  #invite = el('form.fields.invite');
  #link = el('button.by-link', { type: 'button' }, glyph('invite'), t('links.by_link'));
  #wrong = failure();
  element = el('section.members', { 'aria-labelledby': 'members-title' },
    el('header', {}, this.#heading, this.#link), this.#invite, this.#wrong, this.#field, this.#list, this.#end);
  #app;
  #people;
  #pages;
  #room;

  constructor(app) {
    this.#app = app;
    this.#people = new PeopleField(app, t('details.invite'), {
      without: () => [app.me.ID],
      changed: () => { this.#done.hidden = !this.#people.ids.length; },
    });
    this.#invite.append(this.#people.element, el('div.choices', {}, this.#done));
    this.#pages = new Pages(this.#end, {
      fetch: (last) => this.#fetch(last),
      show: (users, first) => this.#show(users, first),
      nothing: () => t('members.none'),
    });
    this.#link.addEventListener('click', () => openInvitations(app, this.#room));
    this.#list.addEventListener('click', ({ target }) => {
      const id = target.closest('.remove')?.closest('li').dataset.user;
      if (id) this.#remove(app.people.user(id));
    });
    this.#input.addEventListener('input', soon(PAUSE, () => this.#pages.start()));
    this.#invite.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#bring();
    });
  }

  show(room) {
    this.#room = room;
    this.#input.value = '';
    const direct = isDirect(room);
    this.#heading.textContent = t(direct ? 'members.direct' : 'members');
    this.#people.clear();
    fail(this.#wrong);
    this.update();
    this.#pages.start();
  }

  // Who may bring others in: into a private room by name, into any by a link.
  update() {
    const { Kind, Membership, Archived } = this.#room;
    const may = !isDirect(this.#room) && Membership && !Archived && !isReader(this.#app.me);
    this.#invite.hidden = !may || Kind !== 'private';
    this.#link.hidden = !may;
  }

  // The search has no pages: who is not among the first is found by more of the name.
  async #fetch(last) {
    const query = this.#input.value.trim();
    const room = this.#room.ID;
    if (isDirect(this.#room)) return last ? [] : this.#room.Users;
    if (query) return last ? [] : (await this.#app.api.get('users', { q: query, room, limit: PAGE })).Users;
    return (await this.#app.api.get(`${roomPath(room)}/members`, { after: last?.ID ?? '', limit: PAGE })).Users;
  }

  #show(users, first) {
    if (first) this.#list.replaceChildren();
    if (first && !this.#input.value) this.#field.hidden = users.length < MANY;
    this.#app.people.learn(users);
    this.#list.append(...users.map((user) => this.#line(user)));
  }

  #line(user) {
    const line = personLine(this.#app, user);
    makeButton(line).dataset.person = user.ID;
    if (this.#mayRemove(user)) line.append(removal(user));
    return line;
  }

  #mayRemove(user) {
    const { me } = this.#app;
    return user.ID !== me.ID && this.#room.ID !== 'lobby' && keepsOver(me, this.#room, user);
  }

  async #remove(user) {
    const { ID, Kind } = this.#room;
    const closed = Kind === 'private';
    const title = t('members.remove.title', { name: user.Name, room: this.#app.rooms.name(this.#room) });
    const text = t(closed ? 'members.remove.private' : 'members.remove.open');
    if (!await ask({ title, text, yes: t('members.remove'), danger: true })) return;
    fail(this.#wrong);
    try {
      await takeOut(this.#app, ID, user.ID);
      this.#pages.start();
    } catch (error) {
      fail(this.#wrong, error);
    }
  }

  async #bring() {
    try {
      await bringIn(this.#app, this.#room.ID, this.#people.ids);
      this.#people.clear();
      this.#pages.start();
    } catch (error) {
      this.#people.say(error);
    }
  }
}

const removal = ({ Name }) => el('button.remove.quiet.icon-only', { 'aria-label': t('members.remove.of', { name: Name }), title: t('members.remove') }, glyph('remove'));
