// A person's card: who it is, and the way to a conversation.

import { portray } from '../portrait.js';
import { style } from '../style.js';
import { explain, t } from '../words.js';
import { openDirect } from './direct.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { portrait } from './lines.js';
import { closeButton } from './parts.js';

const standing = el('p.standing');
const says = el('span');
const message = el('button.primary', { autofocus: true }, glyph('talk'), says);
const dialog = el('dialog', { id: 'card', 'aria-labelledby': 'card-name', closedby: 'any' }, closeButton(),
  el('header', {}, portrait(88), el('h2', { id: 'card-name' }, el('bdi.name')), standing), message);
document.body.append(dialog);

await style('finding');

export async function open(app, id) {
  const [user] = await app.people.users([id]);
  if (!user) return;
  portray(dialog, user);
  standing.textContent = t(user.Verified ? 'standing.verified' : 'standing.typed');
  says.textContent = t(id === app.me.ID ? 'room.notes' : 'card.message');
  message.onclick = async () => {
    dialog.close();
    document.querySelector('#people-panel:popover-open')?.hidePopover();
    await openDirect(app, [id]).catch((error) => app.hint(explain(error)));
  };
  dialog.showModal();
}
