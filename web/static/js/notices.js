// Who came and who left, quietly: between two messages there is one line at most, which grows.

import { list, number, t } from './words.js';

const NAMED = 3;

export class Notices {
  #log;
  #line = null;
  #came = new Map(); // ID → name
  #left = new Map();

  constructor(log) {
    this.#log = log;
  }

  came(users) {
    this.#note(users, this.#came, this.#left);
  }

  left(users) {
    this.#note(users, this.#left, this.#came);
  }

  #note(users, here, there) {
    if (!users.length) return;
    if (!this.#line?.isConnected || this.#line.nextElementSibling) this.#begin();
    for (const { ID, Name } of users) {
      there.delete(ID);
      here.set(ID, Name);
    }
    this.#line.textContent = [phrase('came', this.#came), phrase('left', this.#left)].filter(Boolean).join(' · ');
    this.#log.notice(this.#line);
  }

  #begin() {
    this.#line = document.createElement('p');
    this.#line.className = 'notice';
    this.#came.clear();
    this.#left.clear();
  }
}

function phrase(key, people) {
  const names = [...people.values()];
  if (!names.length) return '';
  if (names.length <= NAMED + 1) return t(`notice.${key}`, { names: list(names) });
  const first = names.slice(0, NAMED);
  return t(`notice.${key}.many`, { names: list(first), n: number(names.length - NAMED), total: number(names.length) });
}
