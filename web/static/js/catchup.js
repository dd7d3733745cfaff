// What was said while we were away. All changes up to #rev are in the log; what arrives live while
// we still catch up does not move it, so that an interruption leaves no hole.

const FAR = 1000; // revs behind, beyond which the log starts again from its latest page
const AGAIN = 3000; // milliseconds after a failure

export class Catchup {
  #rev;
  #heard;
  #run = null;
  #from;

  // from: since(rev, reach) → messages, apply(messages), restart(), done()
  constructor(rev, from) {
    this.#rev = this.#heard = rev;
    this.#from = from;
  }

  // Whether something may be missing.
  get behind() {
    return Boolean(this.#run);
  }

  // Nothing comes by itself until reach.
  wait() {
    this.#run = {};
  }

  hear(rev) {
    this.#heard = Math.max(this.#heard, rev);
    if (!this.#run) this.#rev = this.#heard;
  }

  lost() {
    this.#run = null;
    this.#heard = this.#rev;
  }

  async reach(rev) {
    this.lost();
    if (rev === this.#rev) return;
    const run = this.#run = {};
    try {
      if (rev < this.#rev || rev - this.#rev > FAR) { // the former after the server was set back
        await this.#from.restart();
        if (this.#run === run) this.#rev = rev;
      } else {
        await this.#read(run, rev);
      }
    } catch {
      setTimeout(() => this.#run === run && this.reach(rev), AGAIN);
      return;
    }
    if (this.#run !== run) return;
    this.#run = null;
    this.#rev = Math.max(this.#rev, this.#heard);
    this.#from.done();
  }

  // reach tells a server that has not yet heard so much that it has not.
  async #read(run, reach) {
    for (;;) {
      const messages = await this.#from.since(this.#rev, reach);
      if (this.#run !== run || !messages.length) return;
      this.#from.apply(messages);
      this.#rev = Math.max(...messages.map((message) => message.TextMessage.Rev));
    }
  }
}
