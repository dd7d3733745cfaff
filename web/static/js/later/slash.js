// What a line that begins with / does: a few commands; two of them begin a text with one.

import { keeps, roomPath } from '../rooms.js';
import { fold } from './fold.js';
import { moderates } from './rank.js';
import { span } from './times.js';
import { t } from './words.js';

const CANDIDATES = 20;

const moderator = ({ app }) => moderates(app.me);
const keeper = ({ app, room }) => keeps(app.me, room);

// Each takes what follows it and the people chosen in it, and gives what to say or to hint;
// keep: the line stays, to be corrected. may: for whom there is such a command, if not for all.
const COMMANDS = {
  me: { needs: true, run: (view, text) => ({ say: text.includes('*') ? `_${text}_` : `*${text}*` }) },
  shrug: { run: (view, text) => ({ say: `${text} ¯\\_(ツ)_/¯`.trim() }) },
  topic: { needs: true, run: setTopic },
  join: { needs: true, run: join },
  invite: { needs: true, run: toPerson(bringIn) },
  slow: { needs: true, may: keeper, run: slow },
  mute: { needs: true, may: moderator, run: toPerson(async (...to) => (await import('./mute.js')).mute(...to)) },
  ban: { needs: true, may: moderator, run: toPerson(async (...to) => (await import('./ban.js')).ban(...to)) },
  purge: { needs: true, may: moderator, run: toPerson(async (...to) => (await import('./purge.js')).purge(...to)) },
};

export const commandsFor = (view) => Object.entries(COMMANDS).filter(([, { may }]) => !may || may(view))
  .map(([name]) => ({ name, usage: t(`slash.${name}.usage`), does: t(`slash.${name}`) }));

export async function obey(view, line, people) {
  if (line.startsWith('//')) return { say: line.slice(1) };
  const [, typed, text] = line.match(/^\/(\S+)\s*(.*)$/s);
  const name = typed.toLowerCase();
  const known = commandsFor(view);
  if (!known.some((command) => command.name === name)) {
    return { keep: true, hint: t('slash.unknown', { name: typed, all: known.map((command) => `/${command.name}`).join(' ') }) };
  }
  const { needs, run } = COMMANDS[name];
  if (needs && !text) return { keep: true, hint: t(`slash.${name}.usage`) };
  return run(view, text, people);
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

async function slow({ app, room }, text) {
  const Slow = Number(text.replace(/\s*s$/, ''));
  if (!Number.isInteger(Slow)) return { keep: true, hint: t('slash.slow.usage') };
  app.rooms.add(await app.api.patch(roomPath(room.ID), { Slow }));
  return { hint: Slow ? t('slash.slow.done', { span: span(Slow) }) : t('slash.slow.none') };
}

async function bringIn(app, user, room) {
  await app.api.put(`${roomPath(room.ID)}/members/${encodeURIComponent(user.ID)}`);
  return t('slash.invite.done', { name: user.Name });
}

// Done to whom was chosen, or to whoever alone has the name; act gives what to hint, false if it was
// not done after all.
function toPerson(act) {
  return async ({ app, room }, text, people) => {
    const name = text.replace(/^[@＠]/, '').trim();
    const chosen = people.filter((user) => user.Name === name);
    const named = chosen.length ? chosen : (await app.api.get('users', { q: name, limit: CANDIDATES })).Users.filter((user) => fold(user.Name) === fold(name));
    if (named.length !== 1) return { keep: true, hint: named.length ? t('slash.invite.several', { name }) : t('slash.invite.none', { name }) };
    const hint = await act(app, named[0], room);
    return hint === false ? { keep: true } : { hint };
  };
}
