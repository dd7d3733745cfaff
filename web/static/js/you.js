// Who I am: my picture at the foot of the rooms, and the dialogs behind it.

import { showDevice } from './device.js';
import { portray } from './portrait.js';
import { tab } from './storage.js';
import { t } from './words.js';

export class You {
  #button = document.getElementById('me');
  #dialog = document.getElementById('you');
  #leave = document.getElementById('leave');

  // on: unsent() → whether something waits in the outbox, leave()
  constructor(user, api, on) {
    this.show(user);
    this.#button.addEventListener('click', () => this.#dialog.showModal());
    this.#dialog.querySelector('[name=next]').value = location.pathname + location.search;
    document.getElementById('add-device').addEventListener('click', () => {
      this.#dialog.close();
      showDevice(api);
    });
    document.getElementById('ask-leave').addEventListener('click', () => {
      this.#dialog.close();
      this.#leave.querySelector('.unsent').hidden = !on.unsent();
      this.#leave.showModal();
    });
    const form = document.getElementById('leave-form');
    form.action = `/leave?${new URLSearchParams({ as: user.ID })}`;
    form.addEventListener('submit', () => {
      tab.remove('as');
      on.leave();
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
