// What is pinned in the room shown, the latest first.

import { roomPath } from '../rooms.js';
import { el } from './el.js';
import { cut, follow, hit } from './hits.js';
import { glyph } from './icons.js';
import { Pages } from './pages.js';
import { listEnd, side } from './parts.js';
import { openSide } from './side.js';
import { t } from './words.js';

const list = el('ol.hits');
const end = listEnd();
const dialog = side('pins', t('room.pins'), el('div.panel-body', {}, list, end));

let pages;

export function open(app) {
  pages ??= prepare(app);
  pages.start();
  openSide(dialog);
}

function prepare(app) {
  const look = () => dialog.open && pages.start();
  app.rooms.on('open', look);
  app.socket.on('text_mtype', ({ Room, TextMessage }) => Room === app.rooms.present && concerns(TextMessage) && look());
  list.addEventListener('click', (event) => (event.target.closest('.unpin') ? unpin(app, event.target.closest('li')) : follow(app, dialog, event)));
  return new Pages(end, {
    fetch: async (last) => (last ? [] : (await app.api.get(`${roomPath(app.rooms.present)}/pins`)).Messages),
    show: (messages, first) => first && fill(messages.map((message) => line(app, message))),
    nothing: () => t('pins.none'),
  });
}

function fill(lines) {
  list.replaceChildren(...lines);
  lines.forEach((element) => cut(element));
}

const concerns = ({ ID, Pinned }) => Boolean(Pinned) || Boolean(list.querySelector(`[data-id="${ID}"]`));

function line(app, message) {
  const element = hit(app, message);
  if (app.view.readOnly) return element;
  element.querySelector('header').append(el('button.unpin.quiet.icon-only', { 'aria-label': t('pins.unpin'), title: t('pins.unpin') }, glyph('close')));
  return element;
}

async function unpin(app, { dataset: { room, id } }) {
  try {
    await app.api.delete(`${roomPath(room)}/messages/${id}/pin`);
    await pages.start();
  } catch (error) {
    app.hint(error);
  }
}
