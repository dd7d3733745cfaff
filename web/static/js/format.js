// A little help with Markdown: bold and italic by key, a pasted address around what is selected.

import { mac } from './commands.js';
import { insert } from './insert.js';

const MARKS = { b: '**', i: '*' };

// Whether the key was one of these.
export function format(field, event) {
  const mod = mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const mark = !event.shiftKey && !event.altKey && mod && MARKS[event.key.toLowerCase()];
  if (mark) toggle(field, mark);
  return Boolean(mark);
}

// Whether what is pasted was an address for what is selected.
export function linkBy(field, pasted) {
  const { value, selectionStart: from, selectionEnd: to } = field;
  const selected = value.slice(from, to);
  const address = pasted.trim();
  if (!selected.trim() || /[\n[\]]|^https?:/.test(selected) || !/^https?:\/\/\S+$/.test(address)) return false;
  insert(field, `[${selected}](${address.replaceAll('(', '%28').replaceAll(')', '%29')})`);
  return true;
}

// Whether the cursor stands in a block of code that is not closed yet.
export const inCode = ({ value, selectionStart }) => (value.slice(0, selectionStart).match(/^ {0,3}\x60{3}/gm) ?? []).length % 2 === 1;

// Puts the marks around what is selected, or takes away those that are there.
function toggle(field, mark) {
  const { value, selectionStart: from, selectionEnd: to } = field;
  const n = mark.length;
  const isMarked = value.slice(from - n, from) === mark && value.slice(to, to + n) === mark
    && (n > 1 || value[from - 2] !== '*' || value[from - 3] === '*'); // one of two stars is none
  const selected = value.slice(from, to);
  if (isMarked) insert(field, selected, from - n, to + n);
  else insert(field, mark + selected + mark, from, to);
  const start = isMarked ? from - n : from + n;
  field.setSelectionRange(start, start + selected.length);
}
