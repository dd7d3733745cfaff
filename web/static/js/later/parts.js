// What the dialogs have in common: their frame, the field one finds by, the end of a list.

import { say } from '../say.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { t } from './words.js';

export const closeButton = () => el('form', { method: 'dialog' },
  el('button.quiet.icon-only.close', { 'aria-label': t('close') }, glyph('close')));

// With a title as its heading and name, in the page from now on.
export function sheet(id, title, ...children) {
  const heading = el('h2', { id: `${id}-title` }, title);
  const dialog = el('dialog.sheet', { id, 'aria-labelledby': heading.id, closedby: 'any' }, closeButton(), heading, ...children);
  document.body.append(dialog);
  return dialog;
}

// A row of a heading and a way to close, and what else stands in a panel at the side.
export function side(id, title, ...children) {
  const heading = el('h2', { id: `${id}-title` }, title);
  const dialog = el('dialog.side', { id, 'aria-labelledby': heading.id, closedby: 'closerequest' },
    el('header.panel-head', {}, heading, closeButton()), ...children);
  document.body.append(dialog);
  return dialog;
}

export function findField(says, attributes = {}) {
  return el('div.find', {}, glyph('search'), el('input', {
    type: 'text', placeholder: says, 'aria-label': says, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'search', ...attributes,
  }));
}

export const listEnd = () => el('div.end', {}, el('p.state', { role: 'status' }), el('button.again', { type: 'button', hidden: true }, t('again')));

// One of several ways, with a sentence that explains it.
export const option = (name, value, says, why) => choice('radio', name, value, says, why);

// Several ways of that name; of: { value, says, why } each.
export const options = (name, of, present) => of.map(({ value, says, why }) => {
  const label = option(name, value, says, why);
  label.firstElementChild.checked = value === present;
  return label;
});

// The value of the one that is chosen.
export const chosen = (ways) => ways.map((label) => label.firstElementChild).find(({ checked }) => checked).value;

// What may be wanted besides.
export const tick = (name, says, why) => choice('checkbox', name, 'on', says, why);

const choice = (type, name, value, says, why) => el('label', {},
  el('input', { type, name, value }), el('span', {}, says, ...(why ? [el('small', {}, why)] : [])));

// One of several, for when they are many.
export const select = (name, of, attributes) => el('select', { name, ...attributes }, ...of.map(({ value, says }) => el('option', { value }, says)));

export const nameField = (attributes) => el('label.named', {}, t('room.name'),
  el('input', { name: 'Name', maxlength: 64, pattern: '.*\\S.*', required: true, autocomplete: 'off', ...attributes }));

export const failure = () => el('p.error', { role: 'alert', hidden: true });

// Says what went wrong, or nothing: a text, or an error of the API.
export function fail(element, what = '') {
  say(element, what);
  element.hidden = !what;
}
