// Who I am: my picture at the foot of the rooms, and the dialogs behind it.

import { portray } from './portrait.js';
import { browser, tab } from './storage.js';
import { t } from './words.js';

export class You {
  #button = document.getElementById('me');
  #dialog = document.getElementById('you');
  #leave = document.getElementById('leave');

  constructor(app) {
    this.show(app.me);
    this.#button.addEventListener('click', () => {
      this.#dialog.querySelector('[name=next]').value = location.pathname + location.search;
      this.#dialog.showModal();
    });
    document.getElementById('add-device').addEventListener('click', () => {
      this.#dialog.close();
      import('./later/device.js').then(({ showDevice }) => showDevice(app.api), () => app.hint(t('find.unreachable')));
    });
    document.getElementById('ask-leave').addEventListener('click', () => {
      this.#dialog.close();
      this.#leave.querySelector('.unsent').hidden = !app.outboxes.size;
      this.#leave.showModal();
    });
    const form = document.getElementById('leave-form');
    form.action = `/leave?${new URLSearchParams({ as: app.as })}`;
    form.addEventListener('submit', () => {
      tab.remove('as');
      for (const key of browser.keys(`gochatting.${app.as}.`)) browser.remove(key);
    });
  }

  // My name or picture may change while I am here; my address does not.
  show(user) {
    for (const element of [this.#button, this.#dialog]) {
      portray(element, user);
      if (user.Email) element.querySelector('.email').textContent = user.Email;
    }
    this.#dialog.querySelector('.standing').textContent = t(user.Verified ? 'standing.verified' : 'standing.typed');
    const warning = this.#leave.querySelector('.unverified');
    warning.hidden = user.Verified;
    if (user.Email) warning.textContent = t('leave.unverified', { email: user.Email });
  }
}
