// Notifications of the desktop: of what calls for me, or of everything, while I look elsewhere.
// They are asked for by a button, and never by themselves.

import { browser } from '../storage.js';
import { gist } from '../text.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { t } from './words.js';

const PATIENCE = 1000; // milliseconds in which another window may show that I read it there

const choices = ['off', 'calls', 'all'].map((choice) => el('button', { 'data-notify': choice }, t(`notify.${choice}`)));

// Where it is chosen, among what else is mine.
export const item = el('li', { id: 'notify', hidden: true }, glyph('bell'),
  el('span', {}, t('notify'), el('small.how')),
  el('span.switch', { role: 'group', 'aria-label': t('notify') }, ...choices));

export class Notify {
  #app;
  #key;
  #shown = new Map(); // room → Notification

  constructor(app) {
    this.#app = app;
    this.#key = `gochatting.${app.as}.notify`;
    item.hidden = !('Notification' in window);
    if (item.hidden) return;
    item.addEventListener('click', ({ target }) => target.dataset.notify && this.#choose(target.dataset.notify));
    app.on('said', (said) => this.#wants(said) && setTimeout(() => this.#tell(said), PATIENCE));
    app.rooms.on('change', () => this.#tidy());
    this.#show();
  }

  get #choice() {
    return Notification.permission === 'granted' ? browser.get(this.#key) ?? 'off' : 'off';
  }

  async #choose(choice) {
    if (choice !== 'off') await Notification.requestPermission();
    browser.set(this.#key, choice);
    this.#show();
  }

  #show() {
    const denied = Notification.permission === 'denied';
    item.querySelector('.how').textContent = t(denied ? 'notify.denied' : 'notify.why');
    item.querySelector('.switch').hidden = denied;
    for (const button of choices) button.ariaPressed = String(button.dataset.notify === this.#choice);
  }

  #wants({ room: { Kind, Membership }, text }) {
    const choice = this.#choice;
    if (choice === 'off' || Membership.Involvement === 'none') return false;
    if (this.#app.marks.isCall(text)) return true;
    return Membership.Involvement === 'all' && (choice === 'all' || Kind === 'direct');
  }

  #tell({ room, text }) {
    const { rooms, reading } = this.#app;
    const unread = rooms.get(room.ID)?.Membership?.Read.ID < text.ID;
    if (!unread || (reading.attentive && rooms.present === room.ID)) return;
    const { Name, Gravatar } = text.UserInfo;
    const title = room.Kind === 'direct' && room.Users.length < 3 ? Name : t('notify.title', { name: Name, room: rooms.name(room) });
    try {
      const notice = new Notification(title, { body: gist(text), icon: Gravatar, tag: `${this.#key}.${room.ID}`, renotify: true });
      notice.onclick = () => {
        focus();
        rooms.open(room.ID, { around: text.ID });
        notice.close();
      };
      this.#shown.set(room.ID, notice);
    } catch {
      item.hidden = true; // phones allow it to a service worker only
    }
  }

  // What has been read meanwhile needs no notice.
  #tidy() {
    for (const [id, notice] of this.#shown) {
      if (this.#app.rooms.get(id)?.Membership?.Read.Unread) continue;
      notice.close();
      this.#shown.delete(id);
    }
  }
}
