// A conversation with one or more people.

import { style } from '../style.js';
import { openDirect } from './direct.js';
import { el } from './el.js';
import { fail, failure, sheet } from './parts.js';
import { PeopleField } from './peoplefield.js';
import { t } from './words.js';

const MOST = 9; // beside me

const start = el('button.primary', {}, t('new_direct.start'));
const wrong = failure();
const form = el('form.fields');
const dialog = sheet('new-direct', t('rooms.new_direct'), form);

await style('finding');

let people;

export function open(app) {
  people ??= prepare(app);
  people.clear();
  fail(wrong);
  dialog.showModal();
  people.focus();
}

function prepare(app) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await openDirect(app, people.ids);
      dialog.close();
    } catch (error) {
      fail(wrong, error);
    }
  });
  const field = new PeopleField(app, t('new_direct.who'), {
    most: MOST,
    changed: () => { start.disabled = !field.ids.length; },
  });
  form.append(field.element, wrong, el('div.choices', {}, start));
  return field;
}
