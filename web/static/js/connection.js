// Tells the reader whether what they see is live.

import { t } from './words.js';

export class Connection {
  #pill = document.getElementById('connection');
  #before = false;

  show(state) {
    this.#pill.dataset.state = state;
    const words = state === 'connecting' && this.#before ? 'reconnecting' : state;
    this.#pill.textContent = this.#pill.title = t(`connection.${words}`);
    this.#before ||= state === 'online';
  }

  // For good: nothing here will connect again.
  end(key) {
    this.show('offline');
    const ended = document.getElementById('ended');
    const link = document.createElement('a');
    link.href = '/';
    link.textContent = t('ended.again');
    ended.replaceChildren(t(key), ' ', link);
    ended.hidden = false;
  }
}
