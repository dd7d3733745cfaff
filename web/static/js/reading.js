// When the room shown counts as being read: the window has the attention, and the reader is at
// the end of the log.

export class Reading {
  #app;
  #hidden = document.hidden;

  constructor(app) {
    this.#app = app;
    addEventListener('focus', () => this.#turn());
    addEventListener('blur', () => this.#turn());
    document.addEventListener('visibilitychange', () => this.#turn());
    addEventListener('pagehide', () => app.marks.depart());
  }

  get attentive() {
    return !document.hidden && document.hasFocus();
  }

  look() {
    const { view } = this.#app;
    if (this.attentive && view.atNewest && view.isMember) this.#app.marks.read(view.room, view.log.last);
  }

  // The events of one turn come in an order that is the browser's own.
  #turn() {
    const { marks, view } = this.#app;
    if (!this.attentive) marks.flush();
    if (document.hidden) marks.release();
    if (this.#hidden && !document.hidden) view.seen();
    this.#hidden = document.hidden;
    this.look();
  }
}
