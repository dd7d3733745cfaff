// Who belongs to a room, and bringing others in.

import { roomPath } from '../rooms.js';
import { explain, t } from '../words.js';
import { el } from './el.js';
import { makeButton, personLine } from './lines.js';
import { bringIn } from './membership.js';
import { Pages } from './pages.js';
import { findField, listEnd } from './parts.js';
import { PeopleField } from './peoplefield.js';
import { soon } from './soon.js';

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
  element = el('section.members', { 'aria-labelledby': 'members-title' }, this.#heading, this.#invite, this.#field, this.#list, this.#end);
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
    this.update();
    this.#pages.start();
  }

  // Who may bring others in.
  update() {
    const { Membership, Archived } = this.#room;
    this.#invite.hidden = isDirect(this.#room) || !Membership || Boolean(Archived);
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
    return line;
  }

  async #bring() {
    try {
      await bringIn(this.#app, this.#room.ID, this.#people.ids);
      this.#people.clear();
      this.#pages.start();
    } catch (error) {
      this.#people.say(explain(error));
    }
  }
}
