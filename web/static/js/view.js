// One room as it is seen: its log, and where one writes in it. It stays as it was left, and goes
// on hearing, while another one is shown. Tells 'heard' for every message that came, shown or not.

import { Catchup } from './catchup.js';
import { Composer } from './composer.js';
import { Events } from './events.js';
import { History } from './history.js';
import { Jump } from './jump.js';
import { Log } from './log.js';
import { Notices } from './notices.js';
import { Quotes } from './quote.js';
import { roomPath } from './rooms.js';
import { say, countDown } from './say.js';
import { Scroll } from './scroll.js';
import { duration, explain, t } from './words.js';

const SINCE = 200; // messages asked for at once after an absence
const FEW = 40; // unread ones that the latest page has, with what was read before them
const template = document.getElementById('view').content.firstElementChild;

export class RoomView extends Events {
  element = document.importNode(template, true);
  #id;
  #room;
  #history;
  #catchup;
  #outside;
  #loaded = false;
  #arrival = null;
  #left = { Unread: 0 }; // what was read when it was left

  constructor(app, room) {
    super();
    this.app = app;
    this.#id = room.ID;
    this.#room = room;
    const box = this.element.querySelector('#log');
    const fetch = async (query) => (await app.api.get(`${roomPath(room.ID)}/messages`, query)).Messages;
    this.scroll = new Scroll(box, { atEnd: () => this.log.atEnd, moved: () => this.#moved() });
    this.log = new Log(this, box, this.scroll);
    this.notices = new Notices(this.log);
    this.quotes = new Quotes(this);
    this.jump = new Jump(this.element, () => this.toLatest());
    this.#history = new History(box, fetch, this.log, this.scroll);
    this.composer = new Composer(app, this, this.element.querySelector('#composer'));
    this.outbox = app.outboxes.of(room.ID);
    this.outbox.show({
      show: ({ Ref, At, ...item }) => this.log.send(Ref, { ...item, At, UserInfo: app.me }),
      fail: ({ Ref, Failed: { Code, Text } }) => this.log.markSent(Ref, 'failed', explain({ Code, Text })),
      again: ({ Ref }) => this.log.markSent(Ref, 'pending'),
      slow: (seconds) => this.composer.wait('outbox.slow', seconds),
      forget: (ref) => this.log.takeBack(ref),
    });
    this.#catchup = new Catchup(room.Rev, {
      since: (since, reach) => fetch({ since, reach, limit: SINCE }),
      apply: (messages) => messages.forEach((message) => this.#apply(message)),
      restart: () => this.#again(),
      done: () => this.#moved(),
    });
    this.#outside = !room.Membership;
    if (this.#outside) this.#catchup.wait();
    box.querySelector('.waiting').addEventListener('click', ({ target }) => this.#decide(target));
    this.element.querySelector('.join').addEventListener('click', (event) => this.#join(event));
    this.update();
  }

  // As it stands, or stood when it was still to be had.
  get room() {
    return this.#room = this.app.rooms.get(this.#id) ?? this.#room;
  }

  get isMember() {
    return Boolean(this.room.Membership);
  }

  get readOnly() {
    return !this.isMember || Boolean(this.room.Archived) || this.app.silent;
  }

  // Whether the reader is at the end of all there is.
  get atNewest() {
    return this.#loaded && !this.#arrival && !this.#catchup.behind && this.scroll.following && this.log.atEnd;
  }

  // The latest messages, which the page came with. They are shown unless the reader is to begin
  // before them.
  begin(messages, around) {
    for (const { Ref, TextMessage } of messages) if (TextMessage.UserInfo.ID === this.app.me.ID) this.outbox.settle(Ref);
    const { ID, Unread } = this.room.Membership?.Read ?? {};
    const first = messages[0]?.TextMessage.ID;
    if (around ? first > around : Unread && first > ID + 1) return;
    this.#history.begin(messages);
    this.#loaded = true;
  }

  // Once its element is in the document: where it was left, at what is new, or at that message.
  async shown(around) {
    this.update();
    this.scroll.resume();
    this.log.renameDays();
    this.composer.shown();
    const { ID, Unread } = this.room.Membership?.Read ?? {};
    if (!Unread) this.log.unmarkNew();
    const arrival = this.#arrival = {}; // what passes by on the way is not read
    if (around) await this.goTo(around);
    else if (Unread > this.#left.Unread || (Unread && ID !== this.#left.ID)) await this.#toNew();
    else if (!this.#loaded) await this.#load();
    if (this.#arrival !== arrival) return;
    this.#arrival = null;
    this.#moved();
  }

  // For good.
  close() {
    this.lost();
    this.outbox.show(null);
  }

  // Before it is taken out again.
  hidden() {
    if (!this.#arrival) this.#left = { ...this.room.Membership?.Read };
    this.#arrival = null;
    this.composer.hidden?.();
    this.scroll.leave();
  }

  // The tab was hidden, and is seen again: what came meanwhile begins at the line.
  async seen() {
    this.log.renameDays();
    if (this.room.Membership?.Read.Unread && this.scroll.following) await this.#toNew();
  }

  // The room, or my membership, is another.
  update() {
    const { room, isMember } = this;
    const name = this.app.rooms.name(room);
    const find = (selector) => this.element.querySelector(selector);
    find('.beginning .title').textContent = t('beginning', { room: name });
    find('.preview').hidden = isMember || this.app.ended;
    find('.preview .words').textContent = t('preview', { room: name });
    this.#close(find('.closed'));
    find('#composer').hidden = this.readOnly || this.app.ended;
    find('#composer textarea').placeholder = t('composer.placeholder', { room: name });
    this.composer.refresh();
    if (this.#outside && isMember) this.#comeIn();
  }

  // After the connection was made: the room is at this rev.
  reach(rev) {
    if (!this.#loaded && !this.#arrival) this.#load();
    this.#catchup.reach(rev);
  }

  lost() {
    this.#catchup.lost();
  }

  // A live message.
  hear(message) {
    this.#catchup.hear(message.TextMessage.Rev);
    this.#apply(message);
  }

  // One more of them is unread, and nobody looks: there is where the new ones begin.
  mark() {
    this.log.markNew(this.room.Membership.Read.ID);
  }

  // A line under where one writes, or would write, for that long.
  hint(what, seconds = 8) {
    say(this.element.querySelector(this.readOnly ? '.foot-hint' : '#composer-hint'), what, seconds);
  }

  send(draft) {
    this.app.marks.release();
    this.log.unmarkNew();
    this.toLatest();
    this.outbox.add(draft);
  }

  async toLatest() {
    if (this.log.atEnd) this.scroll.toBottom();
    else await this.#load();
  }

  // Brings a message into sight, from wherever it is, and shows which one it is.
  async goTo(id) {
    if (!this.log.element(id)) await this.#load(() => this.#history.around(id, this.room.Rev));
    const element = this.log.elementFrom(id);
    if (!element?.isConnected) return;
    this.scroll.middle(element);
    element.classList.remove('found');
    void element.offsetWidth; // so that it begins again
    element.classList.add('found');
    element.addEventListener('animationend', () => element.classList.remove('found'), { once: true });
  }

  async #load(page = () => this.#restart()) {
    try {
      if (await page()) this.#loaded = true;
    } catch (error) {
      this.log.begins = false; // there is the button that tries again
      if (error.status) this.app.hint(error); // else we are offline, which is said elsewhere
    }
  }

  async #restart() {
    const wanted = await this.#history.latest();
    if (wanted) this.scroll.toBottom();
    return wanted;
  }

  // After so long an absence that what is shown is fetched anew, where the reader is.
  async #again() {
    const { element, offset } = this.scroll.place;
    if (this.scroll.following || !element) return this.#restart();
    const id = Number(element.dataset.id);
    await this.#history.around(id, this.room.Rev);
    const again = this.log.elementFrom(id);
    if (again?.isConnected) this.scroll.show(again, offset);
  }

  // To the line before what is new, from wherever that is.
  async #toNew() {
    const { ID, Unread } = this.room.Membership.Read;
    if (!this.#loaded && Unread < FEW) await this.#load();
    if (!this.#loaded || !this.#history.holds(ID)) await this.#load(() => this.#history.around(ID, this.room.Rev));
    this.log.markNew(ID);
    const first = this.log.line ?? this.log.elementFrom(ID);
    if (first?.isConnected) this.scroll.show(first);
    this.jump.missed = this.scroll.following ? 0 : Unread;
    this.jump.update(this.scroll);
  }

  #apply(message) {
    const text = message.TextMessage;
    const mine = text.UserInfo.ID === this.app.me.ID;
    const isNew = this.log.upsert(message);
    if (mine) this.outbox.settle(message.Ref);
    if (isNew && !mine && !this.scroll.following) this.jump.missed++;
    this.tell('heard', text);
    this.#moved();
  }

  #moved() {
    this.jump.update(this.scroll);
    if (this.app.view === this) this.app.reading.look();
  }

  // Why nothing can be said here by who belongs here, if that is so.
  #close(line) {
    const { app, room: { Archived } } = this;
    line.hidden = !this.isMember || !this.readOnly || app.ended;
    line.classList.toggle('archived', Boolean(Archived));
    if (Archived) say(line, t('archived'));
    else if (app.me.Role === 'reader') say(line, t('reader'));
    else if (app.muted) countDown(line, app.muted, (left) => t('muted', { time: duration(left) }), () => app.you.show(app.me));
    else say(line, '');
  }

  #decide(target) {
    const ref = target.closest('.message')?.dataset.ref;
    if (target.matches('.retry')) this.outbox.retry(ref);
    if (target.matches('.take-back')) {
      this.composer.restore(this.outbox.takeBack(ref));
      this.log.takeBack(ref);
    }
  }

  // From now on the socket tells us what is said; not what was since we looked in.
  #comeIn() {
    this.#outside = false;
    this.reach(this.room.Rev);
  }

  // That we are in is heard by the socket.
  async #join({ target }) {
    target.disabled = true;
    await this.app.api.put(`${roomPath(this.#id)}/members/me`).catch((error) => this.hint(error));
    target.disabled = false;
  }
}
