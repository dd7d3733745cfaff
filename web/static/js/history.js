// Pages of the past, loaded before the reader gets to them; and the way back, where the window of
// the log was cut.

const PAGE = 50;
const AHEAD = '800px 0px'; // how far before the edge of what is shown the next page is fetched

export class History {
  #fetch;
  #log;
  #scroll;
  #edges;
  #older;
  #newer;
  #busy = false;
  #run = null;

  // fetch(query) → messages
  constructor(box, fetch, log, scroll) {
    this.#fetch = fetch;
    this.#log = log;
    this.#scroll = scroll;
    this.#older = box.querySelector('.older');
    this.#newer = box.querySelector('.newer');
    this.#older.addEventListener('click', () => this.#loadOlder());
    this.#edges = new IntersectionObserver((entries) => this.#reached(entries), { root: box, rootMargin: AHEAD });
  }

  // What the page came with: the latest.
  begin(messages) {
    this.#replace(messages, messages.length < PAGE);
  }

  // Whether what comes right after the message is shown, if anything does.
  holds(id) {
    return (this.#log.begins || this.#log.first <= id) && (this.#log.atEnd || this.#log.last > id);
  }

  // Back to the newest page, leaving what was shown. Whether that was still wanted when it came.
  async latest() {
    const { newest } = this.#log;
    const messages = await this.#jump({ before: Number.MAX_SAFE_INTEGER });
    if (!messages) return false;
    this.#replace(messages, messages.length < PAGE);
    this.#log.ends(newest);
    return true;
  }

  // The page that has the message in its middle. The room's log goes on to its rev.
  async around(id, rev) {
    const messages = await this.#jump({ around: id });
    if (!messages) return false;
    this.#replace(messages, !messages.some(({ TextMessage }) => TextMessage.ID <= id)); // half of them would be before it
    this.#log.reaches(rev);
    return true;
  }

  // The messages, unless another jump was made meanwhile.
  async #jump(query) {
    const run = this.#run = {};
    const messages = await this.#fetch({ ...query, limit: PAGE });
    return this.#run === run && messages;
  }

  #replace(messages, begins) {
    this.#log.begins = begins;
    this.#log.replace(messages);
    this.#look();
  }

  // Observing anew reports at once: an edge that is still in sight after a page came wants another.
  #look() {
    for (const edge of [this.#older, this.#newer]) {
      this.#edges.unobserve(edge);
      this.#edges.observe(edge);
    }
  }

  #reached(entries) {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      if (target === this.#newer) this.#loadNewer();
      else if (!target.hidden) this.#loadOlder();
    }
  }

  #loadOlder() {
    const before = this.#log.first || Number.MAX_SAFE_INTEGER;
    return this.#load({ before }, () => before === (this.#log.first || before), (messages) => {
      this.#log.begins = !messages.length;
      this.#log.add(messages);
      if (!this.#scroll.following) this.#log.trimEnd();
    });
  }

  #loadNewer() {
    if (this.#log.atEnd) return;
    const { last: after, newest } = this.#log;
    return this.#load({ after }, () => after === this.#log.last, (messages) => {
      this.#log.add(messages);
      if (!messages.length) this.#log.ends(newest);
      this.#log.trimStart();
    });
  }

  async #load(query, stillWanted, show) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const messages = await this.#fetch({ ...query, limit: PAGE });
      if (stillWanted()) this.#scroll.keep(() => show(messages));
      this.#scroll.look();
    } catch {
      return; // the button stays, and scrolling tries again
    } finally {
      this.#busy = false;
    }
    this.#look();
  }
}
