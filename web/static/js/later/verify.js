// Proving that my address is mine: a code is mailed to it, which I type here. The link in the mail
// does the same, and is noticed here too.

import { say } from '../say.js';
import { style } from '../style.js';
import { el } from './el.js';
import { closeButton } from './parts.js';
import { toast } from './toast.js';
import { t } from './words.js';

const text = el('p', { role: 'status' });
const field = el('input.code', {
  name: 'Code', 'aria-label': t('verify.code'), inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 11, required: true, placeholder: '000 000',
});
const wrong = el('p.error', { role: 'alert' });
const again = el('button', { type: 'button' }, t('verify.again'));
const form = el('form', {}, field, wrong, el('div.choices', {}, again, el('button.primary', {}, t('verify'))));
const dialog = el('dialog', { id: 'verify', 'aria-labelledby': 'verify-title', closedby: 'closerequest' }, closeButton(),
  el('h2', { id: 'verify-title' }, t('verify.title')), text, form);
document.body.append(dialog);
let app;

await style('you');

export function open(of) {
  if (!app) begin(of);
  dialog.showModal();
  mail();
}

function begin(of) {
  app = of;
  app.on('me', () => app.me.Verified && done());
  again.addEventListener('click', mail);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    prove();
  });
}

async function mail() {
  const { Email: email } = app.me;
  field.value = '';
  say(text, t('verify.sending', { email }));
  const mailed = await attempt(app.api.post('me/verification'));
  say(text, t(mailed ? 'verify.sent' : 'verify.not_sent', { email }));
  (mailed ? field : again).focus();
}

async function prove() {
  const me = await attempt(app.api.put('me/verification', { Code: field.value.replace(/\D/g, '') }));
  if (me) app.you.show(me);
  else field.select();
}

// What comes of a call, or nothing if it was refused, which is said.
async function attempt(call) {
  say(wrong, '');
  for (const control of form.elements) control.disabled = true;
  const answer = await call.catch((error) => say(wrong, error));
  for (const control of form.elements) control.disabled = false;
  return answer;
}

function done() {
  if (!dialog.open) return;
  dialog.close();
  toast(t('verify.done'));
}
