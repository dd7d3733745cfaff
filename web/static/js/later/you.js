// Who I am and how I stand here: the dialog behind my picture, and the ways from it.

import { portray } from '../portrait.js';
import { style } from '../style.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { portrait } from './lines.js';
import { item as notify } from './notify.js';
import { closeButton } from './parts.js';
import { roleName } from './rank.js';
import { t } from './words.js';

const email = el('p.email');
const role = el('p.role');
const standing = el('p.standing');
const verify = el('button', { id: 'verify-me' }, t('verify'));
const ways = {
  device: el('button', { id: 'add-device' }, ...inside('device', t('device.add'), t('device.add.why'))),
  devices: el('button', { id: 'see-devices' }, ...inside('devices', t('devices'), t('devices.why'))),
  account: el('button', { id: 'see-account' }, ...inside('data', t('account'), t('account.why'))),
  leave: el('button', { id: 'ask-leave' }, ...inside('leave', t('leave'))),
};
const languages = document.importNode(document.getElementById('languages').content, true).firstElementChild;
const dialog = el('dialog', { id: 'you', 'aria-labelledby': 'you-name', closedby: 'any' }, closeButton(),
  el('header', {}, portrait(88), el('h2', { id: 'you-name' }, el('bdi.name')), role, email, standing, verify),
  el('ul.actions', {},
    el('li', {}, ways.device),
    el('li', {}, ways.devices),
    el('li', {}, el('a', { href: '/', target: '_blank', rel: 'noopener' }, ...inside('person', t('someone_else'), t('someone_else.why')))),
    el('li.by-keys', {}, el('form', { method: 'dialog' }, el('button', { 'data-command': 'keys' }, ...inside('keys', t('keys.list'))))),
    notify,
    el('li', {}, ways.account),
    el('li', {}, ways.leave)),
  languages);
document.body.append(dialog);

await style('finding');
await style('you');

let app;

export function open(of) {
  if (!app) begin(of);
  languages.elements.next.value = location.pathname + location.search;
  show();
  dialog.showModal();
}

function begin(of) {
  app = of;
  app.on('me', show);
  goes(verify, () => import('./verify.js'));
  goes(ways.device, () => import('./device.js'));
  goes(ways.devices, () => import('./devices.js'));
  goes(ways.account, () => import('./account.js'));
  goes(ways.leave, () => import('./leave.js'));
}

// Each of these modules exports open(app), which shows a dialog of its own.
function goes(button, load) {
  button.addEventListener('click', () => {
    dialog.close();
    load().then((module) => module.open(app), () => app.hint(t('find.unreachable')));
  });
}

function show() {
  const { me, door } = app;
  portray(dialog, me);
  email.textContent = me.Email;
  role.textContent = me.Role ? roleName(me) : '';
  standing.textContent = t(me.Verified ? 'standing.verified' : 'standing.typed');
  verify.hidden = me.Verified || !door.Mail;
}

function inside(icon, says, why) {
  return [glyph(icon), el('span', {}, says, ...(why ? [el('small', {}, why)] : []))];
}
