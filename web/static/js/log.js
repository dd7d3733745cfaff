// The conversation as shown: a window of the room's log in order of ID, then what is still being
// sent. The window is cut at the far end when it grows long; history.js brings it back.

import { arrange, continues, renameDays } from './arrange.js';
import { build, fill, idOf, isMessage, mark } from './message.js';
import { portray } from './portrait.js';
import { t } from './words.js';

const MOST = 400; // messages in the page

export class Log {
  #app;
  #view;
  #list;
  #waiting;
  #scroll;
  #shown = new Map(); // ID → element
  #texts = new Map(); // ID → TextMessage
  #pending = new Map(); // Ref → element
  #newest = 0; // the highest ID heard of, shown or not
  #line = newLine();
  #read = -1; // the ID after which the line is to stand, while there is one
  #begins = false;

  constructor(view, box, scroll) {
    this.#app = view.app;
    this.#view = view;
    this.box = box;
    this.#list = box.querySelector('.messages');
    this.#waiting = box.querySelector('.waiting');
    this.#scroll = scroll;
  }

  get first() {
    return idOf(this.#list.querySelector('.message'));
  }

  get last() {
    return idOf(this.#lastMessage());
  }

  // Whether nothing comes before what is shown.
  get begins() {
    return this.#begins;
  }

  set begins(is) {
    this.#begins = is;
    this.box.querySelector('.older').hidden = is;
    this.box.querySelector('.beginning').hidden = !is;
  }

  // Whether nothing that was heard of comes after it.
  get atEnd() {
    return this.last >= this.#newest;
  }

  get newest() {
    return this.#newest;
  }

  element(id) {
    return this.#shown.get(id);
  }

  // The first one shown that is not before the ID.
  elementFrom(id) {
    return this.#shown.get(id) ?? this.#after(id);
  }

  message(id) {
    return this.#texts.get(id);
  }

  // The latest one shown that this user has said and not deleted.
  lastOf(user) {
    const theirs = [...this.#texts.values()].filter(({ UserInfo, Deleted }) => UserInfo.ID === user && !Deleted);
    return theirs.reduce((last, text) => (last?.ID > text.ID ? last : text), undefined);
  }

  // The line before what is new, if that is shown.
  get line() {
    return this.#line.isConnected ? this.#line : null;
  }

  // A message's present state, from the socket or since. Whether it is one not heard of before.
  upsert({ Ref, TextMessage: text }) {
    const sent = text.UserInfo.ID === this.#app.me.ID ? this.#take(Ref) : undefined;
    const shown = this.#shown.get(text.ID);
    if (shown) {
      sent?.remove();
      if (text.Rev > this.#texts.get(text.ID).Rev) this.#scroll.keep(() => this.#change(shown, text));
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
    this.#drawLine();
  }

  // Another window of the log. What was heard live while it was on its way is fetched again if it
  // is not in it: then the window does not end at the newest.
  replace(messages) {
    this.#list.replaceChildren();
    this.#shown.clear();
    this.#texts.clear();
    this.add(messages);
  }

  // The log goes on up to the rev, whether or not that is what is shown.
  reaches(rev) {
    this.#newest = Math.max(this.#newest, rev);
  }

  // The server knew nothing after what is shown when this was the newest heard of.
  ends(newest) {
    if (this.#newest === newest) this.#newest = this.last;
  }

  trimStart() {
    if (this.#shown.size <= MOST) return;
    while (this.#shown.size > MOST || !isMessage(this.#list.firstElementChild)) this.#drop(this.#list.firstElementChild);
    arrange(this.#list.firstElementChild);
    this.begins = false;
  }

  trimEnd() {
    if (this.#shown.size <= MOST) return;
    while (this.#shown.size > MOST || !isMessage(this.#list.lastElementChild)) this.#drop(this.#list.lastElementChild);
  }

  send(ref, text) {
    const element = build(this.#view, text, true);
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

  // Draws the line after the message that is the last one read.
  markNew(read) {
    if (this.#read === read && this.line) return;
    this.#read = read;
    this.#scroll.keep(() => {
      this.#eraseLine();
      this.#drawLine();
    });
  }

  unmarkNew() {
    this.#read = -1;
    if (this.line) this.#scroll.keep(() => this.#eraseLine());
  }

  renameDays() {
    renameDays(this.#list);
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
    const element = sent ?? build(this.#view, text, text.UserInfo.ID === this.#app.me.ID);
    if (sent) {
      fill(this.#view, sent, text);
      mark(sent, '');
    }
    this.#app.people.meet(text.UserInfo);
    this.#texts.set(text.ID, text);
    const next = this.#after(text.ID);
    if (next) next.before(element);
    else this.#list.append(element);
    this.#shown.set(text.ID, element);
    arrange(element);
    if (next) arrange(next);
  }

  #change(element, text) {
    this.#texts.set(text.ID, text);
    fill(this.#view, element, text);
  }

  // Before the line of the day, which goes with its message; if what was read last is shown too.
  #drawLine() {
    if (this.#read < 0 || this.line || (this.first > this.#read && !this.#begins)) return;
    const isNew = ({ ID, UserInfo, Deleted }) => ID > this.#read && UserInfo.ID !== this.#app.me.ID && !Deleted;
    const first = [...this.#shown].filter(([id]) => isNew(this.#texts.get(id))).reduce((low, [id]) => Math.min(low, id), Infinity);
    const message = this.#shown.get(first);
    if (!message) return;
    const day = message.previousElementSibling;
    (day?.matches('.day') ? day : message).before(this.#line);
    arrange(message);
  }

  #eraseLine() {
    let next = this.#line.nextElementSibling;
    this.#line.remove();
    while (next && !isMessage(next)) next = next.nextElementSibling;
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
    this.#texts.delete(idOf(element));
    element.remove();
  }
}

function newLine() {
  const line = document.createElement('p');
  line.className = 'new-line';
  const words = document.createElement('span');
  words.textContent = t('new_line');
  line.append(words);
  return line;
}
