// Deletes a message, one's own or in a room where one keeps order, after showing it once more.

import { nameOf } from '../portrait.js';
import { roomPath } from '../rooms.js';
import { el } from './el.js';
import { t } from './words.js';

const title = el('h2', { id: 'delete-title' });
const which = el('div.which');
const text = el('p');
const dialog = el('dialog', { id: 'delete', 'aria-labelledby': title.id, closedby: 'any' }, title, which, text,
  el('form.choices', { method: 'dialog' }, el('button', { value: '' }, t('delete.keep')), el('button.danger', { value: 'delete' }, t('message.delete'))));
document.body.append(dialog);

// Whether it is deleted. Why it could not be is thrown.
export async function askToDelete(view, { ID, UserInfo }) {
  const mine = UserInfo.ID === view.app.me.ID;
  title.textContent = mine ? t('delete.title') : t('delete.title.theirs', { name: nameOf(UserInfo) });
  text.textContent = t(mine ? 'delete.text' : 'delete.text.theirs');
  const element = view.log.element(ID);
  const copy = element?.querySelector('.bubble').cloneNode(true) ?? '';
  which.replaceChildren(copy);
  which.classList.toggle('mine', mine);
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((closed) => { dialog.addEventListener('close', closed, { once: true }); });
  which.replaceChildren();
  if (dialog.returnValue !== 'delete') return false;
  await view.app.api.delete(`${roomPath(view.room.ID)}/messages/${ID}`);
  return true;
}
