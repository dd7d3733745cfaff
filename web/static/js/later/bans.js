// Who is banned, and letting them in again.

import { unban } from './ban.js';
import { el } from './el.js';
import { makeButton, personLine } from './lines.js';
import { Pages } from './pages.js';
import { fail, failure, listEnd } from './parts.js';
import { outranks } from './rank.js';
import { moment } from './times.js';
import { counted, t } from './words.js';

export class Bans {
  #list = el('ul.lines');
  #end = listEnd();
  #wrong = failure();
  element = el('section.part', {}, this.#wrong, el('div.scroll', { tabindex: -1 }, this.#list, this.#end));
  #app;
  #pages;

  constructor(app) {
    this.#app = app;
    this.#pages = new Pages(this.#end, {
      fetch: async (last) => (last ? [] : (await app.api.get('bans')).Bans),
      show: (bans, first) => first && this.#list.replaceChildren(...bans.map((ban) => this.#line(ban))),
      nothing: () => t('order.bans.none'),
    });
    this.#list.addEventListener('click', ({ target }) => {
      const id = target.closest('.unban')?.closest('li').dataset.user;
      if (id) this.#unban(id);
    });
  }

  start() {
    fail(this.#wrong);
    this.#pages.start();
  }

  #line({ User, Until, Peers }) {
    const line = personLine(this.#app, User);
    this.#app.people.learn([User]);
    line.querySelector('.topic').textContent = [
      Until ? t('order.until', { time: moment(new Date(Until)) }) : t('ban.ever'),
      Peers && counted('order.networks', Peers),
    ].filter(Boolean).join(' · ');
    makeButton(line).dataset.person = User.ID;
    if (outranks(this.#app.me, User)) line.append(el('button.unban', { type: 'button' }, t('unban')));
    return line;
  }

  async #unban(id) {
    fail(this.#wrong);
    try {
      await unban(this.#app, this.#app.people.user(id));
      await this.#pages.start();
      this.#list.parentElement.focus(); // what had it is gone
    } catch (error) {
      fail(this.#wrong, error);
    }
  }
}
