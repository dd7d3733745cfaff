// Deletes a message of one's own, after showing it once more.

import { roomPath } from '../rooms.js';
import { t } from '../words.js';
import { el } from './el.js';

const which = el('div.which');
const dialog = el('dialog', { id: 'delete', 'aria-labelledby': 'delete-title', closedby: 'any' },
  el('h2', { id: 'delete-title' }, t('delete.title')), which, el('p', {}, t('delete.text')),
  el('form.choices', { method: 'dialog' }, el('button', { value: '' }, t('delete.keep')), el('button.danger', { value: 'delete' }, t('message.delete'))));
document.body.append(dialog);

// Whether it is deleted. Why it could not be is thrown.
export async function askToDelete(view, { ID }) {
  const element = view.log.element(ID);
  const copy = element?.querySelector('.bubble').cloneNode(true) ?? '';
  which.replaceChildren(copy);
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((closed) => { dialog.addEventListener('close', closed, { once: true }); });
  which.replaceChildren();
  if (dialog.returnValue !== 'delete') return false;
  await view.app.api.delete(`${roomPath(view.room.ID)}/messages/${ID}`);
  return true;
}
