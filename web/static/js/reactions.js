// The row of emoji under a message. A click puts mine there or takes it away; what comes of that
// arrives like any change.

import { boot } from './boot.js';
import { icon } from './icon.js';
import { roomPath } from './rooms.js';
import { counted, number, t } from './words.js';

export function showReactions(element, reactions = []) {
  let row = element.querySelector('.reactions');
  if (!row && !reactions.length) return;
  if (!row) element.querySelector('.bubble').after(row = newRow());
  const held = row.contains(document.activeElement);
  const buttons = new Map([...row.querySelectorAll('[data-emoji]')].map((button) => [button.dataset.emoji, button]));
  for (const [emoji, button] of buttons) if (!reactions.some(({ Emoji }) => Emoji === emoji)) button.remove();
  let at = row.firstChild;
  for (const { Emoji, Users } of reactions) {
    const button = buttons.get(Emoji) ?? newButton(Emoji);
    button.lastChild.textContent = number(Users.length);
    button.ariaPressed = Users.includes(boot.Me.ID);
    button.ariaLabel = counted('reactions.count', Users.length, { emoji: Emoji });
    if (button === at) at = at.nextSibling; // one that is moved would lose the focus
    else at.before(button);
  }
  if (!reactions.length) row.remove();
  if (held && !row.contains(document.activeElement)) element.focus({ preventScroll: true });
}

// Mine is put there, or taken away if it is there.
export async function react(view, id, emoji) {
  const mine = view.log.message(id)?.Reactions?.some(({ Emoji, Users }) => Emoji === emoji && Users.includes(boot.Me.ID));
  const path = `${roomPath(view.room.ID)}/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
  const button = view.log.element(id)?.querySelector(`[data-emoji="${CSS.escape(emoji)}"]`);
  button?.classList.add('busy');
  try {
    await (mine ? view.app.api.delete(path) : view.app.api.put(path));
  } catch (error) {
    view.app.hint(error);
  } finally {
    button?.classList.remove('busy');
  }
}

function newRow() {
  const row = document.createElement('div');
  const add = document.createElement('button');
  row.className = 'reactions';
  row.role = 'group';
  row.ariaLabel = t('reactions');
  add.className = 'add';
  add.tabIndex = -1;
  add.ariaLabel = t('message.react');
  add.append(icon('react'));
  row.append(add);
  return row;
}

function newButton(emoji) {
  const button = document.createElement('button');
  button.dataset.emoji = emoji;
  button.tabIndex = -1;
  button.append(emoji, document.createElement('span'));
  return button;
}
