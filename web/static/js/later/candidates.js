// What may be meant by what is being written: people, emoji, commands, rooms.

import { textOf } from '../message.js';
import { portray } from '../portrait.js';
import { el } from './el.js';
import { findEmoji } from './emoji.js';
import { fold, rank } from './fold.js';
import { portrait } from './lines.js';
import { commandsFor } from './slash.js';
import { t } from './words.js';

const MOST = 8;
const STARTS = 2; // ranks up to this one: the name, or words of it, begin so

// Those who spoke here lately first, at once; then whomever the server knows in the room. To be
// invited is somebody from outside.
export async function peopleLike(app, view, query, all, atOnce) {
  const inviting = /^\/invite\s/.test(all);
  const found = new Map();
  const add = (users) => users.filter(({ ID, Name }) => ID !== app.me.ID && (rank(query, Name) ?? 9) <= STARTS)
    .forEach((user) => found.has(user.ID) || found.set(user.ID, user));
  if (!inviting) add([...(view.room.Users ?? []), ...speakers(view)]);
  const items = () => [
    ...[...found.values()].slice(0, MOST).map((user) => personItem(view, user)),
    ...(inviting || !isHere(query) ? [] : [hereItem()]),
  ];
  if (items().length) atOnce(items());
  const { Users } = await app.api.get('users', { q: query, limit: MOST, ...(inviting ? {} : { room: view.room.ID }) }).catch(() => ({ Users: [] }));
  app.people.learn(Users);
  add(Users);
  return items();
}

export async function emojiLike(app, view, query) {
  const found = await findEmoji(query, MOST);
  return found.map(({ emoji, names }) => ({ key: emoji, text: `${emoji} `, line: line(emoji, `:${names[0]}:`) }));
}

export async function commandsLike(app, view, query) {
  const wanted = query.toLowerCase();
  return commandsFor(view).filter(({ name }) => name.startsWith(wanted) && name !== wanted)
    .map(({ name, usage, does }) => ({ key: name, text: `/${name} `, line: line(usage, does) }));
}

export async function roomsLike(app, view, query) {
  const { Rooms } = await app.api.get('rooms', { browse: 1, q: query, limit: MOST }).catch(() => ({ Rooms: [] }));
  if (Rooms.some(({ Name }) => fold(Name) === fold(query))) return []; // Enter goes there
  return Rooms.map((room) => ({ key: room.ID, text: `/join ${room.Name}`, line: line(`#${room.Name}`, room.Topic ?? '') }));
}

// The latest to speak first.
function speakers(view) {
  return [...view.log.box.querySelectorAll('.message')].reverse().map((message) => textOf(message).UserInfo);
}

const isHere = (query) => ['here', ...t('mention.here').split(/\s+/)].some((word) => fold(word).startsWith(fold(query)));

function hereItem() {
  return { key: 'here', text: '@here ', line: line('@here', t('mention.here')) };
}

function personItem(view, user) {
  const element = el('li', {}, portrait(28), el('bdi.name'));
  portray(element, user);
  return { key: user.ID, text: `@${user.Name} `, line: element, taken: () => view.composer.mention(user) };
}

const line = (what, about) => el('li', {}, el('bdi', {}, what), el('small', {}, about));
