// Who put an emoji under a message: said beside it when it is pointed at, reached by the keyboard,
// or pressed for long.

import { boot } from '../boot.js';
import { textOf } from '../message.js';
import { nameOf } from '../portrait.js';
import { el } from './el.js';
import { near } from './near.js';
import { counted, list, t } from './words.js';

const NAMED = 12;
const LONG = 450; // milliseconds a finger stays

export class Reactors {
  #app;
  #tip = el('div', { id: 'tip', role: 'tooltip', popover: 'manual' });
  #of = null;
  #timer = 0;
  #pressed = false;

  constructor(app) {
    this.#app = app;
    document.body.append(this.#tip);
    document.addEventListener('pointerover', (event) => event.pointerType === 'mouse' && this.#show(button(event)));
    document.addEventListener('focusin', (event) => button(event)?.matches(':focus-visible') && this.#show(button(event)));
    document.addEventListener('focusout', (event) => button(event) && this.#show(null));
    document.addEventListener('pointerdown', (event) => event.pointerType !== 'mouse' && this.#press(button(event)));
    for (const end of ['pointerup', 'pointercancel']) document.addEventListener(end, () => clearTimeout(this.#timer));
    document.addEventListener('contextmenu', (event) => this.#pressed && event.preventDefault());
    document.addEventListener('scroll', () => this.#show(null), { capture: true, passive: true });
  }

  // Whether the finger that has just been lifted asked who, rather than to react.
  get asked() {
    return this.#pressed;
  }

  #press(of) {
    this.#pressed = false;
    this.#show(null);
    if (of) this.#timer = setTimeout(() => {
      this.#pressed = true;
      this.#show(of);
    }, LONG);
  }

  async #show(of) {
    if (of === this.#of) return;
    this.#of?.removeAttribute('aria-describedby');
    this.#of = of;
    this.#tip.hidePopover();
    if (!of) return;
    const { emoji } = of.dataset;
    const { Users } = textOf(of.closest('.message')).Reactions.find(({ Emoji }) => Emoji === emoji);
    const named = await this.#app.people.users(Users.slice(0, NAMED)).catch(() => []);
    if (this.#of !== of || !of.isConnected || !named.length) return;
    this.#tip.textContent = t('reactions.by', { names: list(names(named, Users)), emoji });
    of.setAttribute('aria-describedby', this.#tip.id);
    this.#tip.showPopover();
    near(this.#tip, of, { above: true });
  }
}

const button = ({ target }) => target.closest?.('.reactions [data-emoji]');

function names(users, all) {
  const said = users.map((user) => (user.ID === boot.Me.ID ? t('reactions.you') : nameOf(user)));
  return all.length > users.length ? [...said, counted('reactions.more', all.length - users.length)] : said;
}
