// What one does to the messages of the log by pointing, tapping and typing. Loaded when they are shown.

import { idOf } from '../message.js';
import { react } from '../reactions.js';
import { style } from '../style.js';
import { actionKeys } from './actions.js';
import { copyBy } from './copy.js';
import { Reactors } from './reactors.js';
import { Toolbar } from './toolbar.js';
import { Walk } from './walk.js';

// For the list of keys: what the log and the composer do with them.
const KEYS = [
  { says: 'keys.walk', keys: ['ArrowUp'] },
  { says: 'keys.walk', keys: ['ArrowDown'] },
  { says: 'keys.walk', keys: ['k'] },
  { says: 'keys.walk', keys: ['j'] },
  { says: 'keys.menu', keys: ['Enter'] },
  { says: 'keys.edit_last', keys: ['ArrowUp'] },
  { says: 'keys.newline', keys: ['Shift+Enter'] },
  { says: 'keys.bold', keys: ['Mod+b'] },
  { says: 'keys.italic', keys: ['Mod+i'] },
];

await style('menu');

export class Messages {
  #app;
  #toolbar;
  #reactors;
  #tap = false; // whether what is lifted now was a finger that meant the message

  constructor(app) {
    this.#app = app;
    this.#toolbar = new Toolbar(app);
    this.#reactors = new Reactors(app);
    new Walk(app, (message) => this.#toolbar.open(message));
    app.commands.add(...KEYS, ...actionKeys);
    app.socket.on('typing_mtype', ({ Room, Typing }) => app.stage.get(Room)?.composer.typing.hear(Typing));
    document.addEventListener('pointerdown', (event) => { this.#tap = isTap(event); });
    document.addEventListener('click', (event) => this.#click(event));
  }

  #click({ target }) {
    if (target.closest('a[href], .portrait, header .name')) return;
    const message = target.closest('#log .message');
    if (!message) return;
    const button = target.closest('button, [role=button]');
    if (button) this.#press(button, message);
    else if (this.#tap && getSelection().isCollapsed) this.#toolbar.open(message);
  }

  #press(button, message) {
    const { view } = this.#app;
    if (button.matches('.quote')) view.goTo(Number(button.dataset.to));
    else if (button.matches('.copy')) copyBy(button, button.parentElement.querySelector('pre').textContent);
    else if (button.matches('.reactions .add')) this.#toolbar.run('react', message, button);
    else if (button.matches('.reactions [data-emoji]') && !this.#reactors.asked && !view.readOnly) react(view, idOf(message), button.dataset.emoji);
  }
}

// Not one that closes a menu, or puts a phone's keyboard away.
function isTap({ pointerType }) {
  return pointerType !== 'mouse' && !document.querySelector(':popover-open') && !document.activeElement.matches('textarea, input');
}
