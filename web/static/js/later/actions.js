// What one can do to a message, in the order of the menu. Each has its key, which works while the
// message has the focus.

import { textOf } from '../message.js';
import { react } from '../reactions.js';
import { keeps, roomPath } from '../rooms.js';
import { copy } from './copy.js';
import { keepsOver } from './rank.js';
import { t } from './words.js';

// member: for who is in the room; takesPart: and may write there; kept: also to what others said, for
// who keeps order over them.
const ACTIONS = [
  { id: 'react', says: 'message.react', keys: '+', takesPart: true, run: pickAndReact },
  { id: 'reply', says: 'message.reply', keys: 'r', takesPart: true, run: (view, text) => view.composer.reply(text) },
  { id: 'edit', says: 'message.edit', keys: 'e', takesPart: true, mine: true, run: (view, text) => view.composer.edit(text) },
  null,
  { id: 'copy', says: 'message.copy', keys: 'c', when: ({ Content }) => Content, run: (view, { Content }) => copyAndSay(view, Content) },
  { id: 'link', icon: 'chain', says: 'message.link', keys: 'l', always: true, run: (view, { ID }) => copyAndSay(view, linkTo(view.room, ID)) },
  { id: 'pin', says: 'message.pin', keys: 'p', takesPart: true, when: ({ Pinned }) => !Pinned, run: (view, text) => change(view, text, 'put', '/pin') },
  { id: 'unpin', says: 'message.unpin', icon: 'pin', keys: 'p', takesPart: true, when: ({ Pinned }) => Pinned, run: (view, text) => change(view, text, 'delete', '/pin') },
  { id: 'unread', says: 'message.unread', keys: 'u', member: true, run: (view, { ID }) => view.app.rooms.markUnread(view.room.ID, ID) },
  null,
  { id: 'delete', says: 'message.delete', keys: 'Delete', takesPart: true, mine: true, kept: true, danger: true, run: askToDelete },
];

export const actionKeys = ACTIONS.filter((action) => action && action.id !== 'unpin').map(({ says, keys }) => ({ says, keys: [keys] }));

// Those that can be done to this one, each with run(anchor); null between two groups.
export function actionsOn(view, element) {
  const text = textOf(element);
  const { me, people } = view.app;
  const mine = text.UserInfo.ID === me.ID;
  const writes = view.isMember && !view.readOnly;
  const author = people.user(text.UserInfo.ID) ?? text.UserInfo;
  const keeper = (mine ? keeps(me, view.room) : keepsOver(me, view.room, author)) && !view.room.Archived;
  const mayDo = (action) => (!action.member || view.isMember) && (!action.takesPart || writes) && (!action.mine || mine);
  const can = (action) => text.ID > 0 && (action.always || (!text.Deleted
    && (mayDo(action) || (action.kept && keeper)) && (!action.when || action.when(text))));
  return ACTIONS.filter((action) => !action || can(action))
    .filter((action, i, all) => action || (all[i - 1] && all[i + 1])) // no line at an end, nor two
    .map((action) => action && {
      ...action, icon: action.icon ?? action.id, text: t(action.says), run: (anchor = element) => action.run(view, textOf(element), anchor),
    });
}

async function pickAndReact(view, { ID }, anchor) {
  const { pick } = await import('./picker.js');
  const emoji = await pick(anchor);
  if (emoji) react(view, ID, emoji);
}

async function askToDelete(view, text) {
  await tried(view, async () => (await import('./delete.js')).askToDelete(view, text));
}

const change = (view, { ID }, method, what) => tried(view, () => view.app.api[method](`${roomPath(view.room.ID)}/messages/${ID}${what}`));

// What comes of it arrives like any change; why it could not be is said.
async function tried({ app }, what) {
  try {
    await what();
  } catch (error) {
    app.hint(error);
  }
}

const linkTo = ({ ID }, message) => new URL(`/rooms/${encodeURIComponent(ID)}#m${message}`, location).href;

async function copyAndSay({ app }, text) {
  const done = await copy(text);
  app.hint(t(done ? 'copied' : 'copy.failed'), 3);
}
