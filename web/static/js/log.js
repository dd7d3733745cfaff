// The conversation as shown: a window of the room's log in order of ID, then what is still being
// sent. The window is cut at the far end when it grows long; history.js brings it back.

import { arrange, continues, renameDays } from './arrange.js';
import { build, fill, idOf, isMessage, mark } from './message.js';
import { portray } from './portrait.js';

const MOST = 400; // messages in the page

export class Log {
  #list;
  #waiting;
  #me;
  #scroll;
  #shown = new Map(); // ID → element
  #pending = new Map(); // Ref → element
  #newest = 0; // the highest ID heard of, shown or not

  constructor(box, me, scroll) {
    this.#list = box.querySelector('.messages');
    this.#waiting = box.querySelector('.waiting');
    this.#me = me;
    this.#scroll = scroll;
    document.addEventListener('visibilitychange', () => renameDays(this.#list));
  }

  get first() {
    return idOf(this.#list.querySelector('.message'));
  }

  get last() {
    return idOf(this.#lastMessage());
  }

  get atEnd() {
    return this.last >= this.#newest;
  }

  get empty() {
    return !this.#shown.size && !this.#pending.size;
  }

  // A message's present state, from the socket or since. Whether it is one not heard of before.
  upsert({ Ref, TextMessage: text }) {
    const sent = text.UserInfo.ID === this.#me ? this.#take(Ref) : undefined;
    const shown = this.#shown.get(text.ID);
    if (shown) {
      sent?.remove();
      if (text.Rev > Number(shown.dataset.rev)) this.#scroll.keep(() => fill(shown, text));
      return false;
    }
    const fits = this.#fits(text.ID);
    const isNew = text.ID > this.#newest;
    this.#newest = Math.max(this.#newest, text.ID);
    if (!fits) sent?.remove();
    else if (text.ID > this.last) this.#grow(() => this.#show(text, sent));
    else this.#scroll.keep(() => this.#show(text, sent));
    return isNew;
  }

  // A page of history that adjoins what is shown, or the first one.
  add(messages) {
    for (const { TextMessage: text } of messages) {
      this.#newest = Math.max(this.#newest, text.ID);
      if (!this.#shown.has(text.ID)) this.#show(text);
    }
  }

  // Another window of the log. What was heard live while it was on its way is fetched again if it
  // is not in it: then the window does not end at the newest.
  replace(messages) {
    this.#list.replaceChildren();
    this.#shown.clear();
    this.add(messages);
  }

  // Nothing comes after what is shown, whatever was heard of.
  isWhole() {
    this.#newest = this.last;
  }

  // Whether anything was cut.
  trimStart() {
    if (this.#shown.size <= MOST) return false;
    while (this.#shown.size > MOST || !isMessage(this.#list.firstElementChild)) this.#drop(this.#list.firstElementChild);
    arrange(this.#list.firstElementChild);
    return true;
  }

  trimEnd() {
    if (this.#shown.size <= MOST) return;
    while (this.#shown.size > MOST || !isMessage(this.#list.lastElementChild)) this.#drop(this.#list.lastElementChild);
  }

  send(ref, text) {
    const element = build(text, true);
    element.dataset.ref = ref;
    mark(element, 'pending');
    this.#pending.set(ref, element);
    element.classList.toggle('continued', continues(this.#waiting.lastElementChild, element));
    this.#grow(() => this.#waiting.append(element));
  }

  markSent(ref, state, reason) {
    const element = this.#pending.get(ref);
    if (element) this.#grow(() => mark(element, state, reason));
  }

  takeBack(ref) {
    this.#take(ref)?.remove();
  }

  // A line that is no message, at the foot, if the foot is what is shown.
  notice(line) {
    if (this.atEnd) this.#grow(() => this.#list.append(line));
  }

  // A new name or picture.
  rename(user) {
    const theirs = [...this.#list.children, ...this.#waiting.children].filter((element) => element.dataset.user === user.ID);
    this.#scroll.keep(() => theirs.forEach((element) => portray(element, user)));
  }

  #fits(id) {
    if (id < this.first) return false;
    const full = this.#shown.size >= MOST && !this.#scroll.following;
    return id < this.last || (this.atEnd && !full);
  }

  #grow(change) {
    change();
    const head = this.#waiting.firstElementChild;
    head?.classList.toggle('continued', continues(this.#list.lastElementChild, head));
    if (this.#scroll.following) this.trimStart();
    this.#scroll.grown();
  }

  #show(text, sent) {
    const element = sent ?? build(text, text.UserInfo.ID === this.#me);
    if (sent) {
      fill(sent, text);
      mark(sent, '');
    }
    const next = this.#after(text.ID);
    if (next) next.before(element);
    else this.#list.append(element);
    this.#shown.set(text.ID, element);
    arrange(element);
    if (next) arrange(next);
  }

  // The first message shown whose ID is higher; nearly always there is none.
  #after(id) {
    let next = null;
    for (let element = this.#list.lastElementChild; element; element = element.previousElementSibling) {
      if (!isMessage(element)) continue;
      if (idOf(element) < id) break;
      next = element;
    }
    return next;
  }

  #lastMessage() {
    let element = this.#list.lastElementChild;
    while (element && !isMessage(element)) element = element.previousElementSibling;
    return element;
  }

  #take(ref) {
    const element = this.#pending.get(ref);
    this.#pending.delete(ref);
    return element;
  }

  #drop(element) {
    this.#shown.delete(idOf(element));
    element.remove();
  }
}
