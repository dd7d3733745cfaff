// A person's card: who it is, the way to a conversation, and for who keeps order what to do.

import { portray } from '../portrait.js';
import { style } from '../style.js';
import { openDirect } from './direct.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { Keeping } from './keeping.js';
import { portrait } from './lines.js';
import { closeButton } from './parts.js';
import { isReader, roleName } from './rank.js';
import { t } from './words.js';

const role = el('p.badge');
const standing = el('p.standing');
const says = el('span');
const message = el('button.primary', { autofocus: true }, glyph('talk'), says);
const dialog = el('dialog', { id: 'card', 'aria-labelledby': 'card-name', closedby: 'any' }, closeButton(),
  el('header', {}, portrait(88), el('h2', { id: 'card-name' }, el('bdi.name')), role, standing), message);
document.body.append(dialog);

await style('finding');
await style('you');
await style('order');

let keeping;
let shown = '';

export async function open(app, id) {
  const [user] = await app.people.users([id]);
  if (!user) return;
  keeping ??= prepare(app);
  shown = id;
  show(app, user);
  keeping.show(user);
  dialog.showModal();
  dialog.scrollTop = 0;
}

function prepare(app) {
  const section = new Keeping(app);
  dialog.append(section.element);
  app.people.on('change', (user) => user.ID === shown && show(app, user));
  return section;
}

function show(app, user) {
  portray(dialog, user);
  role.textContent = roleName(user);
  role.hidden = !user.Role;
  standing.textContent = t(user.Verified ? 'standing.verified' : 'standing.typed');
  says.textContent = t(user.ID === app.me.ID ? 'room.notes' : 'card.message');
  message.hidden = !user.Name || isReader(app.me);
  message.onclick = () => talk(app, user);
}

async function talk(app, { ID }) {
  dialog.close();
  document.querySelector('#people-panel:popover-open')?.hidePopover();
  await openDirect(app, [ID]).catch((error) => app.hint(error));
}
