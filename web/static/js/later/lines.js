// A room or a person as one line of a list.

import { portray } from '../portrait.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { roleName } from './rank.js';
import { t } from './words.js';

const GLYPHS = { open: 'hash', private: 'lock', direct: 'people' };

export const kindGlyph = ({ Kind }) => glyph(GLYPHS[Kind]);

export function roomLine(app, room) {
  const others = app.rooms.others(room);
  const other = room.Kind === 'direct' && others.length < 2 && (others[0] ?? app.me);
  const line = other ? lineOf(portrait(32)) : lineOf(el('span.emblem', {}, kindGlyph(room)));
  if (other) portray(line, other);
  line.dataset.room = room.ID;
  line.querySelector('.name').textContent = app.rooms.name(room);
  line.querySelector('.topic').textContent = room.Topic ?? '';
  if (room.Archived) note(line, t('room.archived'));
  return line;
}

export function personLine(app, user) {
  const line = lineOf(portrait(32));
  line.dataset.user = user.ID;
  portray(line, user);
  if (user.Role) note(line, roleName(user));
  if (user.ID === app.me.ID) note(line, t('people.you'));
  return line;
}

export const portrait = (width) => el('span.portrait', {},
  el('img.avatar', { alt: '', width, height: width, loading: 'lazy', decoding: 'async' }));

// Lets the whole line be pressed.
export function makeButton(line) {
  const words = line.querySelector('.words');
  const button = el('button.open', { type: 'button' });
  words.replaceWith(button);
  button.append(words);
  return button;
}

// A word or a number at the end of a line.
export const note = (line, text, name = 'tag') => line.append(el(`span.${name}`, {}, text));

const lineOf = (picture) => el('li.line', {}, picture, el('span.words', {}, el('bdi.name'), el('span.topic')));
