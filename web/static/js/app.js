// What every part of the page can reach: who I am, the rooms, the people, the server.

import { Api } from './api.js';
import { Events } from './events.js';

export class App extends Events {
  constructor({ As, Me, Limits }) {
    super();
    Object.assign(this, { as: As, me: Me, limits: Limits, api: new Api(As) });
  }

  // The room shown.
  get view() {
    return this.stage.view;
  }

  // A line under the composer, for that long.
  hint(text, seconds = 8) {
    this.view.hint(text, seconds);
  }
}
