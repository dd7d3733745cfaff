// The few most wanted actions, beside the message that is pointed at or has the focus; the rest is
// in the menu behind the last button.

import { idOf } from '../message.js';
import { react } from '../reactions.js';
import { actionsOn } from './actions.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { closeMenu, openMenu } from './menu.js';
import { quickEmoji } from './quick.js';
import { t } from './words.js';

const SHOWN = ['react', 'reply', 'edit'];
const OVER = 18; // pixels of the bubble that it may cover
const UP = 24; // pixels above the bubble

export class Toolbar {
  #app;
  #state = ''; // of the message it was made for
  #bar = el('div.toolbar', { role: 'group', 'aria-label': t('message.actions') });

  constructor(app) {
    this.#app = app;
    document.addEventListener('pointerover', ({ pointerType, target }) => pointerType === 'mouse' && this.#point(target));
    document.addEventListener('focusin', ({ target }) => target.matches(':focus-visible') && this.#point(target));
  }

  // All that can be done, as a menu.
  open(message, anchor = message) {
    const { view } = this.#app;
    const items = actionsOn(view, message);
    const canReact = items.some((item) => item?.id === 'react');
    if (items.length) openMenu(anchor, t('message.actions'), items, canReact && quickReactions((emoji) => react(view, idOf(message), emoji)));
  }

  run(id, message, anchor) {
    actionsOn(this.#app.view, message).find((action) => action?.id === id)?.run(anchor);
  }

  #point(target) {
    if (this.#bar.contains(target) || target.closest('[popover]')) return;
    const message = target.closest('#log .message[data-id]');
    const state = message && `${message.dataset.id} ${message.dataset.rev}`;
    if (message && this.#bar.isConnected && state === this.#state) return;
    this.#state = state;
    if (message) this.#show(message);
    else if (!this.#bar.contains(document.activeElement)) this.#bar.remove();
  }

  #show(message) {
    const actions = actionsOn(this.#app.view, message).filter(Boolean);
    this.#bar.replaceChildren(
      ...actions.filter(({ id }) => SHOWN.includes(id)).map(({ icon, text, keys, run }) => button(icon, `${text} (${keys})`, run)),
      button('more', t('message.more'), (anchor) => this.open(message, anchor)),
    );
    message.append(this.#bar);
    this.#place(message);
  }

  // Across the corner of the bubble that has the most space beside it, and not above what is in sight.
  #place(message) {
    const bubble = message.querySelector('.bubble').getBoundingClientRect();
    const { top, left, width } = message.getBoundingClientRect();
    const { offsetWidth } = this.#bar;
    const corner = message.classList.contains('mine') ? bubble.left - offsetWidth + OVER : bubble.right - OVER;
    const log = message.closest('#log').getBoundingClientRect();
    this.#bar.style.insetInlineStart = `${Math.max(0, Math.min(corner - left, width - offsetWidth))}px`;
    this.#bar.style.insetBlockStart = `${Math.max(bubble.top - top - UP, log.top - top + 4)}px`;
  }
}

function button(icon, label, run) {
  const element = el('button', { 'aria-label': label, title: label }, glyph(icon));
  element.addEventListener('click', () => run(element));
  return element;
}

const quickReactions = (take) => el('div.quick', { role: 'none' }, ...quickEmoji().map((emoji) => {
  const choice = el('button', { role: 'menuitem', tabindex: -1 }, emoji);
  choice.addEventListener('click', () => {
    closeMenu();
    take(emoji);
  });
  return choice;
}));
