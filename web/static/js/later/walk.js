// Going through the messages with the keyboard: arrows or j and k, and on each what one can do to
// it has its key. Tab goes on to the buttons within the one that has the focus, and only those.

import { actionsOn } from './actions.js';

const STEPS = { ArrowUp: -1, k: -1, ArrowDown: 1, j: 1 };

export class Walk {
  #app;
  #present = null;
  #open;

  // open(message): its menu
  constructor(app, open) {
    this.#app = app;
    this.#open = open;
    document.addEventListener('keydown', (event) => this.#press(event), { capture: true }); // before what the key means elsewhere
    document.addEventListener('focusin', ({ target }) => this.#enter(target.closest('#log .message')));
  }

  #press(event) {
    const { target } = event;
    const log = target.closest('#log');
    if (!log || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keyOf(event);
    const message = target.closest('.message');
    if (key === 'Escape' && message) return this.#done(event, () => (target === message ? this.#app.view.composer.field : message).focus());
    if (key in STEPS) return this.#done(event, () => this.#step(log, message, STEPS[key]));
    if (target !== message) return;
    if (key === 'Enter') return this.#done(event, () => this.#open(message));
    const action = actionsOn(this.#app.view, message).find((item) => item?.keys === key);
    if (action) this.#done(event, () => action.run());
  }

  #done(event, run) {
    event.preventDefault();
    run();
  }

  #step(log, from, by) {
    const all = [...log.querySelectorAll('.message')];
    if (from) all[all.indexOf(from) + by]?.focus();
    else this.#inSight(log, all, by)?.focus();
  }

  // The last whole message in sight on the way up, the first on the way down.
  #inSight(log, all, by) {
    const { top, bottom } = log.getBoundingClientRect();
    const seen = all.filter((message) => {
      const at = message.getBoundingClientRect();
      return at.bottom > top && at.top < bottom;
    });
    const whole = seen.filter((message) => message.getBoundingClientRect().bottom <= bottom);
    return (whole.length ? whole : seen).at(by < 0 ? -1 : 0);
  }

  // Also when it was entered before: there may be more in it by now.
  #enter(message) {
    if (message !== this.#present) for (const button of inside(this.#present)) button.tabIndex = -1;
    for (const button of inside(message)) button.tabIndex = 0;
    this.#present = message;
  }
}

// Where the keyboard writes no Latin letters, the place of the key decides.
const keyOf = ({ key, code }) => (/^Key/.test(code) && !/^[a-z]$/i.test(key) ? code.at(-1) : key).replace(/^[A-Z]$/, (letter) => letter.toLowerCase());

const inside = (message) => message?.querySelectorAll('.quote, .reactions button, .copy, .mention[role]') ?? [];
