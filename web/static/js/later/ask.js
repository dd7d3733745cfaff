// Asks whether to do something, and in which way.

import { style } from '../style.js';
import { el } from './el.js';
import { t } from './words.js';

const title = el('h2', { id: 'ask-title' });
const text = el('p');
const fields = el('fieldset.options', { 'aria-labelledby': title.id });
const no = el('button', { type: 'button' }, t('ask.no'));
const yes = el('button', { value: 'yes' });
const dialog = el('dialog', { id: 'ask', 'aria-labelledby': title.id, closedby: 'any' }, title, text,
  el('form', { method: 'dialog' }, fields, el('div.choices', {}, no, yes)));
document.body.append(dialog);
no.addEventListener('click', () => dialog.close(''));

await style('finding');
await style('order');

// Of the question: title, text, yes (what the button says), danger; options, what is to be chosen
// from, of which the caller reads what was.
export function ask(question) {
  title.textContent = question.title;
  text.textContent = question.text;
  yes.textContent = question.yes;
  yes.className = question.danger ? 'danger' : 'primary';
  fields.replaceChildren(...(question.options ?? []));
  dialog.returnValue = '';
  dialog.showModal();
  (fields.querySelector(':checked') ?? no).focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
