// Signing out, which may let an address go that was only typed.

import { browser, tab } from '../storage.js';
import { style } from '../style.js';
import { el } from './el.js';
import { t } from './words.js';

const unverified = el('p.unverified');
const unsent = el('p.unsent', {}, t('leave.unsent'));
const form = el('form', { id: 'leave-form', method: 'post' }, el('button.danger', {}, t('leave')));
const dialog = el('dialog', { id: 'leave', 'aria-labelledby': 'leave-title', closedby: 'any' },
  el('h2', { id: 'leave-title' }, t('leave.title')), unverified, unsent,
  el('div.choices', {}, el('form', { method: 'dialog' }, el('button', {}, t('leave.stay'))), form));
document.body.append(dialog);

await style('you');

export function open({ as, me, outboxes }) {
  unverified.hidden = me.Verified;
  unverified.textContent = me.Role === 'owner' ? t('leave.owner', { email: me.Email }) : t('leave.unverified', { email: me.Email });
  unsent.hidden = !outboxes.size;
  form.action = `/leave?${new URLSearchParams({ as })}`;
  form.onsubmit = () => forget(as);
  dialog.showModal();
}

// What this browser keeps of somebody who is signed in here no longer.
export function forget(as) {
  tab.remove('as');
  for (const key of browser.keys(`gochatting.${as}.`)) browser.remove(key);
}
