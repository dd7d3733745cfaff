// Notifications of the desktop: of what calls for me, or of everything, while I look elsewhere.
// They are asked for by a button, and never by themselves.

import { gist } from '../text.js';
import { browser } from '../storage.js';
import { t } from '../words.js';

const PATIENCE = 1000; // milliseconds in which another window may show that I read it there

export class Notify {
  #app;
  #item = document.getElementById('notify');
  #key;
  #shown = new Map(); // room → Notification

  constructor(app) {
    this.#app = app;
    this.#key = `gochatting.${app.as}.notify`;
    this.#item.hidden = !('Notification' in window);
    if (this.#item.hidden) return;
    this.#item.addEventListener('click', ({ target }) => target.dataset.notify && this.#choose(target.dataset.notify));
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
    this.#item.querySelector('.how').textContent = t(denied ? 'notify.denied' : 'notify.why');
    this.#item.querySelector('.switch').hidden = denied;
    for (const button of this.#item.querySelectorAll('button')) button.ariaPressed = String(button.dataset.notify === this.#choice);
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
      this.#item.hidden = true; // phones allow it to a service worker only
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
