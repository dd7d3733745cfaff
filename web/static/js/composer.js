// Where one writes in a room: something new, an answer, or what a message of one's own shall say
// instead. Enter says it, unless it ends the choice of a Chinese or Japanese word.

import { About } from './about.js';
import { Attached } from './attached.js';
import { Draft } from './draft.js';
import { format, inCode, linkBy } from './format.js';
import { insert } from './insert.js';
import { nameOf } from './portrait.js';
import { roomPath } from './rooms.js';
import { countDown, say } from './say.js';
import { slowed } from './slow.js';
import { Space } from './space.js';
import { Typing } from './typing.js';
import { duration, t } from './words.js';

const COMPLETED = /(?:^\/|[@＠:])\S*$/; // what may be completed begins so
const COMMAND = /^\/{1,2}\p{L}+(?!\S)/u;

export class Composer {
  #app;
  #view;
  #form;
  #draft;
  #about;
  #attached;
  #space;
  #replyTo = 0;
  #editing = null; // the message, as it was
  #people = []; // chosen for the @names in the text, so that two of one name are told apart
  #completion = null; // once something was begun that can be completed
  #busy = false;
  #soon = false; // it shall be said when its files are up
  #timer = 0;

  constructor(app, view, form) {
    this.#app = app;
    this.#view = view;
    this.#form = form;
    this.field = form.querySelector('textarea');
    this.typing = new Typing(view, form.querySelector('.typing'));
    this.#draft = new Draft(app, view.room.ID);
    this.#about = new About(form, () => this.#cancel());
    this.#space = new Space(form, app.limits.MessageBytes);
    this.#attached = new Attached(app, form, () => this.#filesChanged());
    view.on('heard', (text) => this.#heard(text));
    this.field.addEventListener('input', (event) => this.#written(event));
    this.field.addEventListener('keydown', (event) => this.#pressed(event));
    this.field.addEventListener('paste', (event) => linkBy(this.field, event.clipboardData.getData('text/plain')) && event.preventDefault());
    form.addEventListener('submit', (event) => this.#submit(event));
    form.querySelector('.emoji').addEventListener('click', ({ currentTarget }) => this.#pickEmoji(currentTarget));
    for (const button of form.querySelectorAll('.send, .emoji')) {
      button.addEventListener('pointerdown', (event) => event.preventDefault()); // a phone's keyboard stays
    }
  }

  // Its room came into sight.
  shown() {
    if (!this.#editing) this.#load();
    addEventListener('storage', this.#elsewhere);
    if (matchMedia('(pointer: fine)').matches) this.field.focus();
  }

  hidden() {
    removeEventListener('storage', this.#elsewhere);
  }

  // Puts a message that was not said back, before what has been written since.
  restore({ Content, ReplyTo = 0, People = [], Files = [] }) {
    this.#leaveEditing();
    const { now } = this.#draft;
    this.#put({
      Content: [Content, now.Content].filter(Boolean).join('\n'), ReplyTo: ReplyTo || now.ReplyTo,
      People: [...People, ...now.People], Files: [...Files, ...now.Files],
    });
    this.#changed();
    this.field.focus();
  }

  reply(text) {
    this.#leaveEditing();
    this.#replyTo = text.ID;
    this.#showReply(text);
    this.#changed();
    this.field.focus();
  }

  // What was being written comes back afterwards.
  edit(text, content = text.Content, people = this.#mentionedIn(text)) {
    this.#editing = text;
    this.#about.show(t('composer.editing'), text);
    this.#people = people;
    this.field.value = content;
    this.#changed();
    this.field.focus();
    this.field.setSelectionRange(content.length, content.length);
  }

  #mentionedIn(text) {
    const said = [...this.#view.log.element(text.ID)?.querySelectorAll('.content .mention') ?? []]
      .filter(({ dataset }) => !dataset.user.includes(' ')); // where everybody of a name was meant, nobody was chosen
    return said.map(({ dataset, textContent }) => ({ ID: dataset.user, Name: textContent.slice(1) }));
  }

  // Those of a message cannot be changed afterwards.
  get takesFiles() {
    return !this.#editing;
  }

  attach(files) {
    this.#attached.add(files);
  }

  insert(text) {
    insert(this.field, text);
  }

  // Somebody whose @name is in the text.
  mention({ ID, Name }) {
    this.#people.push({ ID, Name });
  }

  hint(what, seconds = 8) {
    say(this.#hint, what, seconds);
  }

  // For how long something is to be waited for; which is said by a sentence with that {time}.
  wait(key, seconds) {
    countDown(this.#hint, seconds, (left) => t(key, { time: duration(left) }));
  }

  // Whether it can be said now may have changed.
  refresh() {
    const wait = this.#wait;
    this.#form.querySelector('.send').disabled = !this.#ready || wait > 0;
    clearTimeout(this.#timer);
    if (wait) this.#timer = setTimeout(() => this.refresh(), wait * 1000);
  }

  #elsewhere = ({ key }) => {
    if (this.#draft.isKeptIn(key) && !document.hasFocus() && !this.#editing) this.#load();
  };

  get #ready() {
    return this.#space.left >= 0 && !this.#busy && (this.#editing || this.field.value.trim() !== '' || this.#attached.any);
  }

  // Seconds.
  get #wait() {
    return this.#editing ? 0 : slowed(this.#view);
  }

  // One thing is said, and the next has to wait.
  #heard({ UserInfo }) {
    if (UserInfo.ID !== this.#app.me.ID || !this.#wait) return;
    this.wait('composer.slow', this.#wait);
    this.refresh();
  }

  get #hint() {
    return this.#form.querySelector('#composer-hint');
  }

  #pressed(event) {
    const composing = event.isComposing || event.keyCode === 229; // the latter is all Safari says
    if (composing || event.defaultPrevented) return;
    const { key, shiftKey, altKey, ctrlKey, metaKey } = event;
    const plain = !shiftKey && !altKey && !ctrlKey && !metaKey;
    if (key === 'Enter' && !shiftKey && !altKey && !(plain && inCode(this.field))) this.#form.requestSubmit();
    else if (key === 'Escape' && plain && (this.#editing || this.#replyTo)) this.#cancel();
    else if (key === 'ArrowUp' && plain && !this.field.value && !this.#editing && !this.#replyTo) this.#editLast();
    else if (!format(this.field, event)) return;
    event.preventDefault();
  }

  #written({ isComposing }) {
    this.#waitForFiles(false);
    this.#changed();
    const { value, selectionStart } = this.field;
    if (value && !value.startsWith('/') && !this.#editing) this.typing.tell();
    if (!isComposing && COMPLETED.test(value.slice(0, selectionStart))) this.#complete();
  }

  // From the first time on it looks at what is written by itself.
  #complete() {
    this.#completion ??= import('./later/completion.js')
      .then(({ Completion }) => new Completion(this.#app, this.#view, this.#form))
      .catch(() => { this.#completion = null; });
  }

  #submit(event) {
    event.preventDefault();
    if (!this.#ready) return;
    if (this.#wait) return this.wait('composer.slow', this.#wait);
    this.hint('');
    if (this.#editing || !this.#attached.underWay && !this.#attached.failed) return this.#do();
    if (this.#attached.failed) this.hint(t('files.failed'));
    else this.#waitForFiles(true);
  }

  async #do() {
    const content = this.field.value.trim();
    if (this.#editing) await this.#save(content);
    else if (COMMAND.test(content)) await this.#obey(content);
    else this.#say(content);
    this.field.focus();
  }

  #waitForFiles(wait) {
    if (wait) this.hint(t('files.soon'), 3600);
    else if (this.#soon) this.hint('');
    this.#soon = wait;
  }

  #filesChanged() {
    this.#changed();
    if (!this.#soon || this.#attached.underWay) return;
    this.#waitForFiles(false);
    if (this.#attached.failed) this.hint(t('files.failed'));
    else this.#do();
  }

  #say(content) {
    const people = this.#mentioned(content);
    const said = {
      Content: content, ReplyTo: this.#replyTo, Mentions: people.map(({ ID }) => ID), People: people,
      Files: this.#attached.files,
    };
    this.#empty();
    this.#view.send(said);
  }

  async #obey(line) {
    await this.#while(async () => {
      const { obey } = await import('./later/slash.js');
      const { say, hint, keep } = await obey(this.#view, line, this.#mentioned(line));
      if (say) this.#say(say);
      else if (!keep) this.#empty();
      if (hint) this.hint(hint, 10);
    });
  }

  async #save(content) {
    const text = this.#editing;
    if (!content && !text.Files?.length) return this.#askToDelete(text);
    if (content === text.Content) return this.#cancel();
    const people = this.#mentioned(content);
    this.#cancel(); // what is typed from now on is the next message
    try {
      const Mentions = people.map(({ ID }) => ID);
      await this.#app.api.patch(`${roomPath(this.#view.room.ID)}/messages/${text.ID}`, { Content: content, Mentions });
    } catch (error) {
      this.edit(text, content, people);
      this.hint(error, 10);
    }
  }

  async #askToDelete(text) {
    const { askToDelete } = await import('./later/delete.js');
    if (await askToDelete(this.#view, text)) this.#cancel();
  }

  // While something is done that may fail, which is then said, and the text stays.
  async #while(what) {
    this.#busy = true;
    this.#changed();
    try {
      await what();
    } catch (error) {
      this.hint(error, 10);
    } finally {
      this.#busy = false;
      this.#changed();
    }
  }

  #editLast() {
    const last = this.#view.log.lastOf(this.#app.me.ID);
    if (last) this.edit(last);
  }

  #cancel() {
    if (this.#editing) this.#leaveEditing();
    else this.#endReply();
    this.#changed();
    this.field.focus();
  }

  #leaveEditing() {
    if (this.#editing) this.#load();
  }

  #endReply() {
    this.#replyTo = 0;
    this.#about.hide();
  }

  #showReply(text) {
    this.#about.show(t('composer.replying', { name: nameOf(text.UserInfo) }), text);
  }

  async #pickEmoji(button) {
    try {
      const { pick } = await import('./later/picker.js');
      const emoji = await pick(button);
      if (emoji) this.insert(emoji);
    } catch {
      this.hint(t('emoji.unreachable'));
    }
  }

  #mentioned(text) {
    return [...new Map(this.#people.filter(({ Name }) => text.includes(`@${Name}`)).map((user) => [user.ID, user])).values()];
  }

  #load() {
    this.#draft.read();
    this.#put(this.#draft.now);
    this.#changed();
  }

  #put({ Content, ReplyTo, People, Files }) {
    this.field.value = Content;
    this.#people = People;
    this.#attached.keep(Files);
    this.#editing = null;
    this.#replyTo = ReplyTo;
    this.#about.hide();
    if (ReplyTo) this.#recall(ReplyTo);
  }

  // What was answered before the page was loaded, unless it is gone by now.
  async #recall(id) {
    const path = `${roomPath(this.#view.room.ID)}/messages/${id}`;
    const text = this.#view.quotes.get(id) ?? (await this.#app.api.get(path).catch(() => null))?.TextMessage;
    if (this.#replyTo !== id) return;
    if (text && !text.Deleted) this.#showReply(text);
    else this.#endReply();
  }

  #empty() {
    this.#put({ Content: '', ReplyTo: 0, People: [], Files: [] });
    this.#changed();
  }

  #changed() {
    const { value } = this.field;
    this.#form.classList.toggle('editing', Boolean(this.#editing));
    const written = this.#editing ? this.#draft.now : { Content: value, ReplyTo: this.#replyTo, People: this.#mentioned(value) };
    this.#draft.keep({ ...written, Files: this.#attached.files });
    this.#space.measure();
    this.refresh();
  }
}
