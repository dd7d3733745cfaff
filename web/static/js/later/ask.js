// Asks whether to do what cannot be taken back.

import { t } from '../words.js';
import { el } from './el.js';

const title = el('h2', { id: 'ask-title' });
const text = el('p');
const yes = el('button', { value: 'yes' });
const dialog = el('dialog', { id: 'ask', 'aria-labelledby': title.id, closedby: 'any' }, title, text,
  el('form.choices', { method: 'dialog' }, el('button', {}, t('ask.no')), yes));
document.body.append(dialog);

// Of the question: title, text, yes (what the button says), danger.
export function ask(question) {
  title.textContent = question.title;
  text.textContent = question.text;
  yes.textContent = question.yes;
  yes.className = question.danger ? 'danger' : 'primary';
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
