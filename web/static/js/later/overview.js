// Keeping order: who is here, who is banned, and for owners the log of what was done.

import { style } from '../style.js';
import { Acts } from './acts.js';
import { Bans } from './bans.js';
import { Directory } from './directory.js';
import { el } from './el.js';
import { sheet } from './parts.js';
import { isOwner } from './rank.js';
import { t } from './words.js';

const tabs = el('div.switch', { role: 'group', 'aria-label': t('order') });
const dialog = sheet('order', t('order'), tabs);

await style('finding');
await style('you');
await style('order');

let overview;

export function open(app) {
  overview ??= new Overview(app);
  overview.open();
}

class Overview {
  #app;
  #tabs; // { button, part, owners }

  constructor(app) {
    this.#app = app;
    this.#tabs = [
      { button: el('button', { type: 'button' }, t('order.people')), part: new Directory(app) },
      { button: el('button', { type: 'button' }, t('order.bans')), part: new Bans(app) },
      { button: el('button', { type: 'button' }, t('order.log')), part: new Acts(app), owners: true },
    ];
    for (const tab of this.#tabs) tab.button.addEventListener('click', () => this.#show(tab));
    tabs.append(...this.#tabs.map(({ button }) => button));
    dialog.append(...this.#tabs.map(({ part }) => part.element));
  }

  open() {
    for (const { button, owners } of this.#tabs) button.hidden = Boolean(owners) && !isOwner(this.#app.me);
    this.#show(this.#tabs[0]);
    dialog.showModal();
    this.#tabs[0].button.focus();
  }

  #show(tab) {
    for (const { button, part } of this.#tabs) {
      button.ariaPressed = String(part === tab.part);
      part.element.hidden = part !== tab.part;
    }
    tab.part.start();
  }
}
