// What the dialogs have in common: their frame, the field one finds by, the end of a list.

import { t } from '../words.js';
import { el } from './el.js';
import { glyph } from './icons.js';

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
export const option = (name, value, says, why) => el('label', {},
  el('input', { type: 'radio', name, value }), el('span', {}, says, el('small', {}, why)));

export const nameField = (attributes) => el('label.named', {}, t('room.name'),
  el('input', { name: 'Name', maxlength: 64, pattern: '.*\\S.*', required: true, autocomplete: 'off', ...attributes }));

export const failure = () => el('p.error', { role: 'alert', hidden: true });

// Says what went wrong, or nothing.
export function fail(element, text = '') {
  element.textContent = text;
  element.hidden = !text;
}
