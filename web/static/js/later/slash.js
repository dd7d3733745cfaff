// What a line that begins with / does: a few commands; two of them begin a text with one.

import { roomPath } from '../rooms.js';
import { t } from '../words.js';
import { fold } from './fold.js';

const CANDIDATES = 20;

// Each takes what follows it and the people chosen in it, and gives what to say or to hint;
// keep: the line stays, to be corrected.
const COMMANDS = {
  me: { needs: true, run: (view, text) => ({ say: text.includes('*') ? `_${text}_` : `*${text}*` }) },
  shrug: { run: (view, text) => ({ say: `${text} ¯\\_(ツ)_/¯`.trim() }) },
  topic: { needs: true, run: setTopic },
  join: { needs: true, run: join },
  invite: { needs: true, run: invite },
};

export const commands = Object.entries(COMMANDS).map(([name, { needs }]) => ({
  name, needs, usage: t(`slash.${name}.usage`), does: t(`slash.${name}`),
}));

export async function obey(view, line, people) {
  if (line.startsWith('//')) return { say: line.slice(1) };
  const [, name, text] = line.match(/^\/(\S+)\s*(.*)$/s);
  const command = Object.hasOwn(COMMANDS, name.toLowerCase()) && COMMANDS[name.toLowerCase()];
  if (!command) return { keep: true, hint: t('slash.unknown', { name, all: Object.keys(COMMANDS).map((known) => `/${known}`).join(' ') }) };
  if (command.needs && !text) return { keep: true, hint: t(`slash.${name.toLowerCase()}.usage`) };
  return command.run(view, text, people);
}

async function setTopic({ app, room }, Topic) {
  app.rooms.add(await app.api.patch(roomPath(room.ID), { Topic }));
  return { hint: t('slash.topic.done') };
}

async function join({ app }, name) {
  const wanted = fold(name.replace(/^#/, ''));
  const { Rooms } = await app.api.get('rooms', { browse: 1, q: wanted, limit: CANDIDATES });
  const room = [...app.rooms.all(), ...Rooms].find((one) => fold(app.rooms.name(one)) === wanted || fold(one.Name) === wanted);
  if (!room) return { keep: true, hint: t('slash.join.none', { name }) };
  if (!room.Membership) await app.api.put(`${roomPath(room.ID)}/members/me`);
  await app.rooms.open(room.ID);
  return {};
}

// Whom was chosen, or whoever alone has the name.
async function invite({ app, room }, text, people) {
  const name = text.replace(/^[@＠]/, '').trim();
  const chosen = people.filter((user) => user.Name === name);
  const named = chosen.length ? chosen : (await app.api.get('users', { q: name, limit: CANDIDATES })).Users.filter((user) => fold(user.Name) === fold(name));
  if (named.length !== 1) return { keep: true, hint: named.length ? t('slash.invite.several', { name }) : t('slash.invite.none', { name }) };
  await app.api.put(`${roomPath(room.ID)}/members/${encodeURIComponent(named[0].ID)}`);
  return { hint: t('slash.invite.done', { name: named[0].Name }) };
}
