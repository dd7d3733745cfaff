// A panel at the side: beside the conversation where there is space for it, else over all of it.

import { style } from '../style.js';

const wide = matchMedia('(width >= 68rem)');

await style('finding');
await style('side');

export function openSide(dialog) {
  for (const other of document.querySelectorAll('dialog.side[open]')) if (other !== dialog) other.close();
  if (dialog.open) return;
  if (wide.matches) dialog.show();
  else dialog.showModal();
}

// What is gone to from the panel would be covered by it.
export function makeRoom(dialog) {
  if (!wide.matches) dialog.close();
}

wide.addEventListener('change', () => {
  for (const dialog of document.querySelectorAll('dialog.side[open]')) {
    dialog.close();
    openSide(dialog);
  }
});
