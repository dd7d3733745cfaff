// What every part of the page can reach: who I am, the rooms, the people, the server.

import { Api } from './api.js';
import { Events } from './events.js';

export class App extends Events {
  constructor({ As, Me, Limits, Door = {} }) {
    super();
    Object.assign(this, { as: As, me: Me, limits: Limits, door: Door, api: new Api(As) });
  }

  // The room shown.
  get view() {
    return this.stage.view;
  }

  // Whether I am to say nothing: as a reader, or for as long as I am muted.
  get silent() {
    return this.me.Role === 'reader' || this.muted > 0;
  }

  // For how many seconds.
  get muted() {
    return Math.max(0, (new Date(this.me.Muted ?? 0) - Date.now()) / 1000);
  }

  // A line under the composer, for that long: a text, or what was refused.
  hint(what, seconds = 8) {
    this.view.hint(what, seconds);
  }
}
