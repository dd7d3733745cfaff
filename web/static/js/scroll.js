// Where the reader is: at the bottom, which is followed, or somewhere in the past, which stays
// where it is whatever happens above and below.

import { isMessage } from './message.js';

const NEAR = 80; // pixels from the bottom that still count as being there
const MARGIN = 48; // pixels above what is scrolled to

export class Scroll {
  following = true;
  #box;
  #lines;
  #on;
  #top = 0;
  #frame = 0;
  #away = true;
  #anchor = null; // the first message in sight
  #offset = 0; // and how far below the top it stands

  // on: atEnd() → whether the bottom shown is the newest there is, moved()
  constructor(box, on) {
    this.#box = box;
    this.#lines = box.querySelector('.messages');
    this.#on = on;
    box.addEventListener('scroll', () => this.look(), { passive: true });
    const sizes = new ResizeObserver(() => this.#settle()); // of pictures, fonts and the window too
    for (const element of [box, this.#lines, this.#lines.nextElementSibling]) sizes.observe(element);
  }

  get distance() {
    const { scrollHeight, clientHeight, scrollTop } = this.#box;
    return scrollHeight - clientHeight - scrollTop;
  }

  // The log goes out of the document, and comes back as it was.
  leave() {
    this.#remember();
    this.#away = true;
  }

  resume() {
    this.#away = false;
    this.#settle();
  }

  toBottom() {
    this.following = true;
    if (this.#away) return;
    this.#pin();
    this.#on.moved();
  }

  // The message at the top of what is shown, and how far below the edge it stands.
  get place() {
    return { element: this.#anchor, offset: this.#offset };
  }

  // Brings an element near the top of what is shown, or so far below it.
  show(element, offset = MARGIN) {
    this.#box.scrollTop += element.getBoundingClientRect().top - this.#edge - offset;
    this.following = this.distance < NEAR && this.#on.atEnd();
    this.#top = this.#box.scrollTop;
    this.#remember();
    this.#on.moved();
  }

  middle(element) {
    this.show(element, Math.max(MARGIN, (this.#box.clientHeight - element.offsetHeight) / 2));
  }

  // Something came below. Once a frame, however much came.
  grown() {
    if (this.following) this.#frame ||= requestAnimationFrame(() => this.#settle());
    else this.#on.moved();
  }

  // Makes a change anywhere in the log without moving what the reader looks at.
  keep(change) {
    if (this.#box.scrollTop !== this.#top) this.#remember();
    change();
    if (this.following) this.grown();
    else this.#settle();
  }

  // Sees where the reader is now. What grows or shrinks by itself moves the distance too; only
  // going up is leaving the bottom.
  look() {
    if (this.#away) return;
    const top = this.#box.scrollTop;
    if (this.distance < NEAR) this.following = this.#on.atEnd();
    else if (top < this.#top) this.following = false;
    this.#remember();
    this.#on.moved();
  }

  #settle() {
    this.#frame = 0;
    if (this.#away) return;
    if (this.following) this.#pin();
    else if (this.#anchor?.isConnected) this.#box.scrollTop += this.#anchor.getBoundingClientRect().top - this.#edge - this.#offset;
    this.#top = this.#box.scrollTop;
  }

  #pin() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#top = this.#box.scrollTop;
  }

  #remember() {
    if (this.#away) return;
    this.#top = this.#box.scrollTop;
    this.#anchor = this.#firstInSight();
    this.#offset = this.#anchor ? this.#anchor.getBoundingClientRect().top - this.#edge : 0;
  }

  get #edge() {
    return this.#box.getBoundingClientRect().top;
  }

  #firstInSight() {
    const edge = this.#edge;
    const lines = this.#lines.children;
    let low = 0;
    for (let high = lines.length; low < high;) {
      const middle = (low + high) >> 1;
      if (lines[middle].getBoundingClientRect().bottom > edge) high = middle;
      else low = middle + 1;
    }
    while (lines[low] && !isMessage(lines[low])) low++;
    return lines[low] ?? null;
  }
}
