// What is to be sent with the next message: it goes up at once, and waits above the field.

import { style } from '../style.js';
import { Upload } from './upload.js';
import { counted } from './words.js';

const AT_ONCE = 3; // a browser has few connections for one server

await style('uploads');

export class Uploads {
  #app;
  #list;
  #changed;
  #all = new Map(); // element → Upload

  // changed: there is more or less of it, or it stands otherwise.
  constructor(app, form, changed) {
    this.#app = app;
    this.#list = form.querySelector('.uploads');
    this.#changed = changed;
  }

  // Those that can be sent.
  get files() {
    return this.#ordered.map((upload) => upload.file).filter(Boolean);
  }

  get underWay() {
    return this.#ordered.some(({ state }) => state !== 'done' && state !== 'failed');
  }

  get failed() {
    return this.#ordered.some(({ state }) => state === 'failed');
  }

  add(files) {
    const room = Math.max(0, this.#app.limits.Files - this.#all.size);
    if (files.length > room) this.#app.hint(counted('files.too_many', this.#app.limits.Files));
    for (const file of [...files].slice(0, room)) this.#show(Upload.of(this.#app, file, this.#moved));
    this.#moved();
  }

  // Exactly these are up already; what is on its way stays.
  keep(files) {
    const kept = new Set(files.map(({ ID }) => ID));
    for (const upload of this.#ordered) if (upload.file && !kept.has(upload.file.ID)) upload.element.remove();
    const there = new Set(this.files.map(({ ID }) => ID));
    for (const file of files) if (!there.has(file.ID)) this.#show(Upload.again(this.#app, file, this.#moved));
    this.#moved();
  }

  get #ordered() {
    return [...this.#list.children].map((element) => this.#all.get(element));
  }

  #show(upload) {
    this.#all.set(upload.element, upload);
    this.#list.append(upload.element);
  }

  #moved = () => {
    for (const element of this.#all.keys()) if (element.parentNode !== this.#list) this.#all.delete(element);
    const sending = this.#ordered.filter(({ state }) => state === 'sending').length;
    for (const upload of this.#ordered.filter(({ state }) => state === 'waiting').slice(0, AT_ONCE - sending)) upload.send();
    this.#list.hidden = !this.#all.size;
    this.#changed();
  };
}
