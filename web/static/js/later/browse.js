// The open rooms that there are, to look into or to join.

import { style } from '../style.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { makeButton, note, roomLine } from './lines.js';
import { joinRoom } from './membership.js';
import { Pages } from './pages.js';
import { fail, failure, findField, listEnd, sheet } from './parts.js';
import { soon } from './soon.js';
import { t } from './words.js';

const PAUSE = 200; // milliseconds without a key, after which the server is asked
const PAGE = 50;

const field = findField(t('browse.placeholder'));
const input = field.querySelector('input');
const list = el('ul.lines');
const end = listEnd();
const wrong = failure();
const make = el('button.make', {}, glyph('plus'), t('rooms.new'));
const dialog = sheet('browse', t('rooms.browse'), field, el('div.scroll', {}, list, end), el('footer.choices', {}, make, wrong));

await style('finding');

let pages;

export function open(app) {
  pages ??= prepare(app);
  input.value = '';
  fail(wrong);
  pages.start();
  dialog.showModal();
  if (matchMedia('(pointer: fine)').matches) input.focus(); // a phone's keyboard would hide the half of them
}

function prepare(app) {
  input.addEventListener('input', soon(PAUSE, () => pages.start()));
  list.addEventListener('click', ({ target }) => {
    const { room } = target.closest('li')?.dataset ?? {};
    if (room) go(app, room, target.closest('.join'));
  });
  make.addEventListener('click', async () => {
    dialog.close();
    const { open: openNew } = await import('./newroom.js');
    openNew(app, input.value.trim());
  });
  return new Pages(end, {
    fetch: async (last) => (await app.api.get('rooms', { browse: 1, q: input.value.trim(), after: last?.ID ?? '', limit: PAGE })).Rooms,
    show: (rooms, first) => (first ? list.replaceChildren(...rooms.map((room) => line(app, room))) : list.append(...rooms.map((room) => line(app, room)))),
    nothing: () => t(input.value ? 'browse.none' : 'browse.empty'),
  });
}

function line(app, room) {
  const element = roomLine(app, room);
  makeButton(element);
  if (app.rooms.get(room.ID)?.Membership) {
    note(element, t('browse.joined'));
    return element;
  }
  element.append(el('button.join', { 'aria-label': t('browse.join', { name: room.Name }) }, t('preview.join')));
  return element;
}

async function go(app, id, join) {
  try {
    if (join) await joinRoom(app, id);
    dialog.close();
    await app.rooms.open(id);
  } catch (error) {
    fail(wrong, error);
  }
}
