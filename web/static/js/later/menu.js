// A menu that opens beside what it is about; on a phone it rises from the foot.

import { el } from './el.js';
import { glyph } from './icons.js';
import { near } from './near.js';

const menu = el('div', { id: 'menu', role: 'menu', popover: true });
document.body.append(menu);
let back = null; // where the focus goes afterwards

// items: { icon, text, keys, danger, run(anchor) }, null for a line between two; head: an element to
// stand above them.
export function openMenu(anchor, label, items, head) {
  back = anchor.matches('button, [tabindex]') ? anchor : null;
  menu.ariaLabel = label;
  menu.replaceChildren(...(head ? [head] : []), ...items.map((item) => (item ? entry(item, anchor) : line())));
  menu.showPopover();
  near(menu, anchor, { sheet: true });
  (menu.querySelector('[role=menuitem]') ?? menu).focus({ preventScroll: true });
}

export function closeMenu() {
  menu.hidePopover();
}

function entry({ icon, text, keys = '', danger = false, run }, anchor) {
  const button = el(`button${danger ? '.dangerous' : ''}`, { role: 'menuitem', tabindex: -1 }, glyph(icon), text, el('kbd', {}, keys.length === 1 ? keys.toUpperCase() : keys));
  button.addEventListener('click', () => {
    closeMenu();
    run(anchor);
  });
  return button;
}

const line = () => el('hr');

menu.addEventListener('keydown', (event) => {
  const all = [...menu.querySelectorAll('[role=menuitem]')];
  const at = all.indexOf(document.activeElement);
  const to = {
    ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1, Tab: at + (event.shiftKey ? -1 : 1),
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  all.at(to % all.length).focus();
});

menu.addEventListener('toggle', ({ newState }) => {
  if (newState === 'closed' && menu.contains(document.activeElement)) back?.focus({ preventScroll: true });
});
