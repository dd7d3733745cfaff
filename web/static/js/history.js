// Pages of the past, loaded before the reader gets to them; and the way back, where the window of
// the log was cut.

const PAGE = 50;
const AHEAD = '800px 0px'; // how far before the edge of what is shown the next page is fetched

export class History {
  #box;
  #fetch;
  #log;
  #scroll;
  #edges;
  #older;
  #newer;
  #busy = false;

  // fetch(query) → messages
  constructor(box, fetch, log, scroll) {
    this.#box = box;
    this.#fetch = fetch;
    this.#log = log;
    this.#scroll = scroll;
    this.#older = box.querySelector('.older');
    this.#newer = box.querySelector('.newer');
    this.#older.addEventListener('click', () => this.#loadOlder());
    this.#edges = new IntersectionObserver((entries) => this.#reached(entries), { root: box, rootMargin: AHEAD });
    this.#atBeginning(log.empty);
    this.#look();
  }

  // Back to the newest page, leaving what was shown.
  async latest() {
    const messages = await this.#fetch({ before: Number.MAX_SAFE_INTEGER, limit: PAGE });
    this.#log.replace(messages);
    this.#atBeginning(!messages.length);
    this.#scroll.toBottom();
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
      this.#log.add(messages);
      if (!this.#scroll.following) this.#log.trimEnd();
      this.#atBeginning(!messages.length);
    });
  }

  #loadNewer() {
    if (this.#log.atEnd) return;
    const after = this.#log.last;
    return this.#load({ after }, () => after === this.#log.last, (messages) => {
      this.#log.add(messages);
      if (!messages.length) this.#log.isWhole();
      if (this.#log.trimStart()) this.#atBeginning(false);
    });
  }

  async #load(query, stillWanted, show) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const messages = await this.#fetch({ ...query, limit: PAGE });
      if (stillWanted()) this.#scroll.keep(() => show(messages));
    } catch {
      return; // the button stays, and scrolling tries again
    } finally {
      this.#busy = false;
    }
    this.#look();
  }

  #atBeginning(is) {
    this.#older.hidden = is;
    this.#box.querySelector('.beginning').hidden = !is;
  }
}
