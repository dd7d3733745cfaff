// Says to a screen reader what others say, politely.

import { gist } from './text.js';

const LONGEST = 300;
const KEPT = 5;

export class Announcer {
  #region = document.getElementById('announcer');

  say(text) {
    const { UserInfo, Content } = text;
    const line = document.createElement('p');
    line.textContent = `${UserInfo.Name}: ${(Content || gist(text)).slice(0, LONGEST)}`;
    this.#region.append(line);
    while (this.#region.children.length > KEPT) this.#region.firstElementChild.remove();
  }
}
