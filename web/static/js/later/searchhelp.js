// What a search can be narrowed by; pressed, it is put into the field.

import { el } from './el.js';
import { t } from './words.js';

const FILTERS = [
  ['from:', t('search.from')],
  ['in:', t('search.in')],
  ['before:', t('search.before')],
  ['after:', t('search.after')],
  ['has:file', t('search.has_file')],
  ['has:link', t('search.has_link')],
  ['has:code', t('search.has_code')],
  ['" "', t('search.phrase')],
];

export const searchHelp = () => el('div.help', {}, el('p', {}, t('search.how')), el('ul', {}, ...FILTERS.map(([filter, why]) => el('li', {},
  el('button', { type: 'button', 'data-insert': filter.split(' ')[0] }, el('code', {}, filter), el('span', {}, why))))));
