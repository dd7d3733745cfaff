// A new room: open or private, and then with whom.

import { style } from '../style.js';
import { el } from './el.js';
import { fail, failure, nameField, option, sheet } from './parts.js';
import { PeopleField } from './peoplefield.js';
import { t } from './words.js';

const wrong = failure();
const done = el('button.primary', {}, t('new_room.make'));
const form = el('form.fields', {},
  nameField({ enterkeyhint: 'next', autofocus: true }),
  el('label', {}, t('room.topic'), el('input', { name: 'Topic', maxlength: 250, autocomplete: 'off', placeholder: t('room.topic.placeholder') })),
  el('fieldset.options', {},
    el('legend.visually-hidden', {}, t('new_room.kind')),
    option('Kind', 'open', t('room.open'), t('room.open.why')),
    option('Kind', 'private', t('room.private'), t('room.private.why'))));
const dialog = sheet('new-room', t('rooms.new'), form);
dialog.closedBy = 'closerequest'; // what was typed is not lost by a click beside it

await style('finding');

let people;

// name: what was looked for and not found
export function open(app, name = '') {
  if (!people) prepare(app);
  form.reset();
  people.clear();
  form.Name.value = name;
  form.Kind.value = 'open';
  choose();
  dialog.showModal();
}

function prepare(app) {
  people = new PeopleField(app, t('new_room.invite'), { without: () => [app.me.ID] });
  form.append(people.element, wrong, el('div.choices', {}, done));
  form.addEventListener('change', choose);
  form.addEventListener('input', () => fail(wrong));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    make(app);
  });
}

function choose() {
  fail(wrong);
  people.element.hidden = form.Kind.value !== 'private';
}

async function make(app) {
  const { Name, Topic, Kind } = Object.fromEntries(new FormData(form));
  done.disabled = true;
  try {
    const room = await app.api.post('rooms', { Name, Topic, Kind, Users: Kind === 'private' ? people.ids : [] });
    app.rooms.add(room);
    dialog.close();
    await app.rooms.open(room.ID);
  } catch (error) {
    fail(wrong, error.Code === 'conflict' ? t('new_room.taken', { name: Name }) : error);
  } finally {
    done.disabled = false;
  }
}
