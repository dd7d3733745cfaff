// One file that goes up, as it stands above the field: what it shows, how far it is, what failed.

import { ending, size } from '../files.js';
import { countDown, say } from '../say.js';
import { duration, t } from './words.js';

const THUMBNAIL = 104; // pixels
const template = document.getElementById('upload').content.firstElementChild;

export class Upload {
  element = document.importNode(template, true);
  state = 'waiting'; // sending, paused, done, failed
  file = null; // what the server made of it
  #app;
  #content; // File of the browser
  #moved;
  #request = null;

  static of(app, content, moved) {
    const upload = new Upload(app, content.name, moved);
    upload.#content = content;
    upload.#paint(content);
    if (content.size > app.limits.FileBytes) upload.#refused({ Code: 'too_long' });
    else upload.#say(size(content.size));
    return upload;
  }

  // One that is up already.
  static again(app, file, moved) {
    const upload = new Upload(app, file.Name, moved);
    upload.#done(file);
    return upload;
  }

  constructor(app, name, moved) {
    this.#app = app;
    this.#moved = moved;
    const { alt } = this.#parts;
    this.element.querySelector('.name').textContent = name;
    this.element.querySelector('.kind').textContent = ending(name);
    this.element.querySelector('.retry').addEventListener('click', () => this.#again());
    this.element.querySelector('.cancel').addEventListener('click', (event) => this.#cancel(event));
    alt.addEventListener('input', () => this.#describe(alt.value));
    alt.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      this.#field.focus();
    });
  }

  send() {
    const request = this.#request = new XMLHttpRequest();
    this.#become('sending');
    request.open('POST', this.#app.api.url('files', { name: this.#content.name }));
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => { this.#parts.progress.value = loaded / total; });
    request.addEventListener('error', () => this.#fail(t('files.broken_off')));
    request.addEventListener('load', () => {
      const { status, response } = request;
      if (status === 201) this.#done(response);
      else if (response?.Error?.Code === 'slow_down') this.#later(response.Error.RetryAfter);
      else this.#refused(response?.Error ?? {});
    });
    request.send(this.#content);
  }

  get #parts() {
    const find = (selector) => this.element.querySelector(selector);
    return { progress: find('progress'), alt: find('.alt'), retry: find('.retry'), kind: find('.kind'), state: find('.state') };
  }

  get #field() {
    return this.element.closest('form').querySelector('textarea');
  }

  #become(state) {
    this.state = state;
    this.element.dataset.state = state;
  }

  #say(what) {
    say(this.#parts.state, what);
  }

  #done(file) {
    const { alt, kind } = this.#parts;
    this.file = file;
    this.#become('done');
    this.#say(size(file.Size));
    alt.hidden = !file.Preview;
    alt.value = file.Alt ?? '';
    if (file.Preview && !kind.firstElementChild) kind.replaceChildren(Object.assign(document.createElement('img'), { src: file.Preview, alt: '' }));
    this.#moved();
  }

  // So many at once are not taken: the rest go by themselves.
  #later(seconds) {
    this.#become('paused');
    countDown(this.#parts.state, seconds, (left) => t('files.paused', { time: duration(left) }), () => this.#again());
  }

  #refused(error) {
    const tooLarge = this.#content.size > this.#app.limits.FileBytes;
    const reasons = {
      too_long: () => (tooLarge ? t('files.too_large', { size: size(this.#app.limits.FileBytes) }) : t('files.too_many_pixels')),
      limit: () => t('files.quota'),
    };
    this.#fail(reasons[error.Code]?.() ?? error, error.Code !== 'too_long');
  }

  #fail(reason, canTryAgain = true) {
    this.#become('failed');
    this.#say(reason);
    this.#parts.retry.hidden = !canTryAgain;
    this.#moved();
  }

  #again() {
    this.#parts.retry.hidden = true;
    this.#parts.progress.value = 0;
    this.#say(size(this.#content.size));
    this.#become('waiting');
    this.#moved();
  }

  #cancel({ detail }) {
    this.#request?.abort();
    if (this.file) this.#app.api.delete(`files/${this.file.ID}`).catch(() => {}); // it is forgotten after a day
    if (!detail) this.#field.focus(); // by keyboard
    this.element.remove();
    this.#moved();
  }

  #describe(Alt) {
    this.file = { ...this.file, Alt };
    this.#moved();
  }

  async #paint(content) {
    if (!content.type.startsWith('image/')) return;
    const bitmap = await createImageBitmap(content, { resizeHeight: THUMBNAIL, resizeQuality: 'medium' }).catch(() => null);
    if (!bitmap) return;
    const canvas = Object.assign(document.createElement('canvas'), { width: THUMBNAIL, height: THUMBNAIL });
    const scale = Math.max(1, THUMBNAIL / bitmap.width);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    canvas.getContext('2d').drawImage(bitmap, (THUMBNAIL - width) / 2, (THUMBNAIL - height) / 2, width, height);
    bitmap.close();
    this.#parts.kind.replaceChildren(canvas);
  }
}
