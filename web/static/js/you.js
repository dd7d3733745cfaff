// Who I am, and how I stand here: my picture at the foot of the rooms, and what is behind it. Tells
// the app 'me' when I am another than before.

import { portray } from './portrait.js';
import { t } from './words.js';

export class You {
  #app;
  #button = document.getElementById('me');

  constructor(app) {
    this.#app = app;
    this.show(app.me);
    this.#button.addEventListener('click', () => {
      import('./later/you.js').then(({ open }) => open(app), () => app.hint(t('find.unreachable')));
    });
  }

  // As the server has me now. My address, which is not always told, does not change.
  show(me) {
    const app = this.#app;
    app.me = { ...me, Email: me.Email ?? app.me.Email };
    document.body.dataset.role = me.Role ?? '';
    portray(this.#button, me);
    this.#button.querySelector('.email').textContent = app.me.Email;
    app.tell('me');
  }
}
