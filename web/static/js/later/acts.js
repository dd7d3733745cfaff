// What was done to keep order, the latest first, and undoing a purge.

import { nameOf, portray } from '../portrait.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { makeButton, portrait } from './lines.js';
import { Pages } from './pages.js';
import { fail, failure, listEnd } from './parts.js';
import { restore } from './purge.js';
import { moment, span } from './times.js';
import { counted, t } from './words.js';

const PAGE = 50;

export class Acts {
  #list = el('ul.lines');
  #end = listEnd();
  #wrong = failure();
  element = el('section.part', {}, this.#wrong, el('div.scroll', { tabindex: -1 }, this.#list, this.#end));
  #app;
  #pages;

  constructor(app) {
    this.#app = app;
    this.#pages = new Pages(this.#end, {
      fetch: async (last) => (await app.api.get('log', { limit: PAGE, ...(last && { before: last.ID }) })).Acts,
      show: (acts, first) => this.#show(acts.map((act) => this.#line(act)), first),
      nothing: () => t('order.log.none'),
    });
    this.#list.addEventListener('click', ({ target }) => {
      const act = target.closest('.undo')?.dataset.act;
      if (act) this.#undo(act);
    });
  }

  start() {
    fail(this.#wrong);
    this.#pages.start();
  }

  #show(lines, first) {
    if (first) this.#list.replaceChildren();
    this.#list.append(...lines);
  }

  #line(act) {
    const { ID, At, Actor, Subject, Undoable, Undone } = act;
    const line = el('li.line.act', {}, Actor ? portrait(32) : el('span.emblem', {}, glyph('shield')),
      el('span.words', {}, el('bdi.name'), el('span.topic')));
    if (Actor) portray(line, Actor);
    line.querySelector('.name').textContent = this.#sentence(act);
    line.querySelector('.topic').textContent = [moment(new Date(At)), Undone && t('order.undone')].filter(Boolean).join(' · ');
    if (Subject?.Name) makeButton(line).dataset.person = Subject.ID;
    if (Undoable) line.append(el('button.undo', { type: 'button', 'data-act': ID }, t('undo')));
    return line;
  }

  #sentence({ Act, Actor, Subject, Room, Until, Note = '' }) {
    const n = Number(Note);
    const values = {
      by: Actor ? nameOf(Actor) : t('order.operator'),
      name: Subject ? nameOf(Subject) : '',
      room: Room?.Name ? t('order.room', { room: this.#app.rooms.name(Room) }) : t('order.some_room'), // not one that I may read
      time: Until ? moment(new Date(Until)) : '',
    };
    switch (Act) {
      case 'role': return t(`act.role.${Note}`, values);
      case 'ban': return t(Until ? 'act.ban' : 'act.ban.ever', values);
      case 'purge': return counted('act.purge', n, values);
      case 'restore': return counted('act.restore', n, values);
      case 'archive': return t(Note === 'off' ? 'act.unarchive' : 'act.archive', values);
      case 'slow': return n ? t('act.slow', { ...values, span: span(n) }) : t('act.slow.none', values);
      default: return t(`act.${Act}`, values);
    }
  }

  async #undo(act) {
    fail(this.#wrong);
    try {
      await restore(this.#app, act);
      await this.#pages.start();
      this.#list.parentElement.focus(); // what had it is gone
    } catch (error) {
      fail(this.#wrong, error);
    }
  }
}
