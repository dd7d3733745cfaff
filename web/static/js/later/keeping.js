// How it stands with a person, on their card, and what a moderator can do about it.

import { ban, unban } from './ban.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { mute, unmute } from './mute.js';
import { fail, failure } from './parts.js';
import { purge } from './purge.js';
import { isOwner, moderates, outranks, roleName } from './rank.js';
import { changeRole } from './role.js';
import { moment } from './times.js';
import { userPath } from './users.js';
import { t } from './words.js';

export class Keeping {
  #stands = el('p.stands');
  #ways = el('ul.actions');
  #said = el('p.said', { role: 'status' });
  #wrong = failure();
  element = el('section.keeping', {}, this.#stands, this.#ways, this.#said, this.#wrong);
  #app;
  #user;

  constructor(app) {
    this.#app = app;
    this.#ways.addEventListener('click', ({ target }) => {
      const way = target.closest('button');
      if (way) this.#do(WAYS.find(({ id }) => id === way.dataset.way));
    });
  }

  show(user) {
    const { me } = this.#app;
    this.#user = user;
    for (const element of [this.#stands, this.#ways, this.#said]) element.replaceChildren();
    fail(this.#wrong);
    this.element.hidden = user.ID === me.ID || !user.Name || !moderates(me);
    if (!this.element.hidden) this.#look(user);
  }

  // As the server has them now, if they are still whom the card is of.
  async #look({ ID }) {
    try {
      const standing = await this.#app.api.get(userPath({ ID }));
      if (ID === this.#user.ID) this.#fill(standing);
    } catch (error) {
      if (ID === this.#user.ID) fail(this.#wrong, error);
    }
  }

  #fill({ User, Muted, Banned, Until }) {
    const { me, people } = this.#app;
    const now = { owner: isOwner(me), below: outranks(me, User), muted: Muted, banned: Banned };
    this.#user = User;
    people.learn([User]);
    this.#stands.textContent = [
      Banned && (Until ? t('ban.until', { time: moment(new Date(Until)) }) : t('ban.for_good')),
      Muted && t('mute.until', { time: moment(new Date(Muted)) }),
    ].filter(Boolean).join(' ');
    this.#ways.replaceChildren(...WAYS.filter(({ when }) => when(now)).map((way) => row(way, User)));
  }

  async #do({ run }) {
    const user = this.#user;
    fail(this.#wrong);
    this.#said.textContent = '';
    try {
      const said = await run(this.#app, user);
      if (said === false) return;
      await this.#look(user);
      if (this.#user.ID !== user.ID) return;
      this.#said.textContent = said;
      if (document.activeElement === document.body) this.#ways.querySelector('button')?.focus(); // what had the focus is gone
    } catch (error) {
      if (this.#user.ID === user.ID) fail(this.#wrong, error);
    }
  }
}

const WAYS = [
  { id: 'role', icon: 'shield', says: 'role.ask', why: roleName, when: ({ owner }) => owner, run: changeRole },
  { id: 'mute', says: 'mute.ask', why: () => t('mute.why'), when: ({ below, muted, banned }) => below && !muted && !banned, run: mute },
  { id: 'unmute', icon: 'talk', says: 'unmute', when: ({ below, muted }) => below && muted, run: unmute },
  { id: 'purge', icon: 'sweep', says: 'purge.ask', why: () => t('purge.why'), when: ({ below }) => below, run: purge },
  { id: 'ban', says: 'ban.ask', why: () => t('ban.why'), when: ({ below, banned }) => below && !banned, run: ban },
  { id: 'unban', icon: 'open', says: 'unban', when: ({ below, banned }) => below && banned, run: unban },
];

const row = ({ id, icon = id, says, why }, user) => el('li', {}, el('button', { type: 'button', 'data-way': id },
  glyph(icon), el('span', {}, t(says), ...(why ? [el('small', {}, why(user))] : []))));
