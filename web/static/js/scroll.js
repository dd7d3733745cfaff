// Where the reader is: at the bottom, which is followed, or somewhere in the past, which stays
// where it is whatever happens above and below.

const NEAR = 80; // pixels from the bottom that still count as being there

export class Scroll {
  following = true;
  #box;
  #on;
  #top = 0;
  #frame = 0;

  // on: atEnd() → whether the bottom shown is the newest there is, moved()
  constructor(box, on) {
    this.#box = box;
    this.#on = on;
    box.addEventListener('scroll', () => this.#moved(), { passive: true });
    new ResizeObserver(() => this.following && this.#pin()).observe(box);
  }

  get distance() {
    const { scrollHeight, clientHeight, scrollTop } = this.#box;
    return scrollHeight - clientHeight - scrollTop;
  }

  toBottom() {
    this.following = true;
    this.#pin();
    this.#on.moved();
  }

  // Something came below. Once a frame, however much came.
  grown() {
    if (this.following) this.#frame ||= requestAnimationFrame(() => this.following && this.#pin());
    else this.#on.moved();
  }

  // Makes a change anywhere in the log without moving what the reader looks at.
  keep(change) {
    const anchor = this.following ? null : this.#firstInSight();
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (this.following) this.grown();
    else if (anchor?.isConnected) this.#box.scrollTop += anchor.getBoundingClientRect().top - before;
    this.#top = this.#box.scrollTop;
  }

  // What grows or shrinks by itself moves the distance too; only going up is leaving the bottom.
  #moved() {
    const top = this.#box.scrollTop;
    if (this.distance < NEAR) this.following = this.#on.atEnd();
    else if (top < this.#top) this.following = false;
    this.#top = top;
    this.#on.moved();
  }

  #pin() {
    this.#frame = 0;
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#top = this.#box.scrollTop;
  }

  #firstInSight() {
    const edge = this.#box.getBoundingClientRect().top;
    for (const message of this.#box.querySelectorAll('.message')) {
      if (message.getBoundingClientRect().bottom > edge) return message;
    }
    return null;
  }
}
