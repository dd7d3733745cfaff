// Lines of the page that say something for a while, or how long something is still so.

import { explain } from './words.js';

const timers = new WeakMap(); // element → the timer of what it says

// A text, for so many seconds if they are given; or what was refused, until it is worth another try.
export function say(element, what, seconds = 0) {
  clearTimeout(timers.get(element));
  if (what.RetryAfter) return countDown(element, what.RetryAfter, (left) => explain({ ...what, RetryAfter: left }));
  put(element, typeof what === 'string' ? what : explain(what), null);
  if (seconds) timers.set(element, setTimeout(() => put(element, ''), seconds * 1000));
}

// says(seconds left) is said anew each second, to a screen reader once. At the end nothing is, and
// over() is called.
export function countDown(element, seconds, says, over = () => {}) {
  const end = Date.now() + seconds * 1000;
  let live = null;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    put(element, left > 0 ? says(left) : '', live);
    live = 'off';
    if (left > 0) timers.set(element, setTimeout(tick, 1000));
    else over();
  };
  clearTimeout(timers.get(element));
  tick();
}

// What stands there already is not said again.
function put(element, text, live = element.ariaLive) {
  if (element.textContent === text) return;
  element.ariaLive = live;
  element.textContent = text;
}
