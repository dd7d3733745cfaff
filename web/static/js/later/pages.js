// A list that gets its next page when one comes to its end, and says there how it stands: loading,
// nothing, or what went wrong, to be tried again.

import { say } from '../say.js';

export class Pages {
  #end;
  #state;
  #again;
  #on;
  #run = null; // what is shown now; an answer for another comes too late
  #last;
  #busy = false;
  #edge;

  // on: fetch(last item, if any) → items, none at the end; show(items, whether they are the first);
  // nothing() → what to say when there are none at all;
  // wrong(error) → what is wrong with the question, if that is it
  constructor(end, on) {
    this.#end = end;
    this.#state = end.querySelector('.state');
    this.#again = end.querySelector('.again');
    this.#on = on;
    this.#again.addEventListener('click', () => this.#load());
    this.#edge = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && this.#load());
  }

  start() {
    this.#run = {};
    this.#last = undefined;
    this.#busy = false;
    return this.#load();
  }

  stop() {
    this.#run = null;
    this.#edge.unobserve(this.#end);
    this.#say('');
  }

  async #load() {
    const run = this.#run;
    if (!run || this.#busy) return;
    this.#busy = true;
    this.#edge.unobserve(this.#end);
    this.#say('', true);
    try {
      const items = await this.#on.fetch(this.#last);
      if (run !== this.#run) return;
      this.#show(items);
    } catch (error) {
      if (run !== this.#run) return;
      const wrong = this.#on.wrong?.(error);
      this.#say(wrong ?? error);
      this.#again.hidden = Boolean(wrong);
    }
    this.#busy = false;
  }

  #show(items) {
    const first = !this.#last;
    this.#on.show(items, first);
    this.#say(first && !items.length ? this.#on.nothing() : '');
    this.#last = items.at(-1);
    if (items.length) this.#edge.observe(this.#end); // which reports at once whether it is in sight
  }

  #say(what, loading = false) {
    say(this.#state, what);
    this.#end.classList.toggle('loading', loading);
    this.#again.hidden = true;
  }
}
