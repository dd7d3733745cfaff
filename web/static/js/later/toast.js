// Says over the foot of the page what was done, and for a while offers to undo it.

import { style } from '../style.js';
import { el } from './el.js';

const LONG = 12_000; // milliseconds, from when nobody points at it any more

const says = el('p', { role: 'status' });
const button = el('button', { type: 'button' });
const box = el('div', { id: 'toast', popover: 'manual' }, says, button);
document.body.append(box);
let timer = 0;

await style('order');

for (const event of ['pointerleave', 'focusout']) box.addEventListener(event, wait);
for (const event of ['pointerenter', 'focusin']) box.addEventListener(event, () => clearTimeout(timer));

// way: what the button says; run: what it does
export function toast(text, way = '', run = () => {}) {
  box.hidePopover();
  button.textContent = way;
  button.hidden = !way;
  button.onclick = () => {
    box.hidePopover();
    run();
  };
  box.showPopover({ source: document.activeElement }); // Tab goes on from there to the button
  says.textContent = text;
  wait();
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(() => box.hidePopover(), LONG);
}
