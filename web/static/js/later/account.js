// What is mine here: to be taken along, or to be gone for good.

import { style } from '../style.js';
import { ask } from './ask.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { forget } from './leave.js';
import { chosen, fail, failure, options, sheet } from './parts.js';
import { t } from './words.js';

const download = el('a.button', { download: true }, glyph('data'), t('account.download'));
const said = options('Messages', ['keep', 'remove'].map((value) => ({ value, says: t(`account.${value}`), why: t(`account.${value}.why`) })));
const remove = el('button.danger', { disabled: true }, t('account.delete.yes'));
const wrong = failure();
const form = el('form.fields', {},
  el('h3', {}, t('account.delete')), el('p', {}, t('account.delete.what')),
  el('fieldset.options', {}, el('legend', {}, t('account.said')), ...said),
  wrong, el('div.choices', {}, remove));
const dialog = sheet('account', t('account'), el('div.scroll', {},
  el('section.fields', {}, el('h3', {}, t('account.take')), el('p', {}, t('account.take.what')), el('div', {}, download)), form));

await style('finding');
await style('you');

export function open(app) {
  fail(wrong);
  form.reset();
  remove.disabled = true;
  download.href = app.api.url('me/export');
  form.onchange = () => { remove.disabled = false; };
  form.onsubmit = (event) => {
    event.preventDefault();
    leave(app, chosen(said));
  };
  dialog.showModal();
}

async function leave(app, messages) {
  const { as, api, me } = app;
  fail(wrong);
  const sure = await ask({
    title: t('account.sure'), text: t(`account.sure.${messages}`, { email: me.Email }), yes: t('account.delete.yes'), danger: true,
  });
  if (!sure) return;
  remove.disabled = true;
  try {
    await api.delete('me', { messages });
    forget(as);
    location.replace('/');
  } catch (error) {
    fail(wrong, error.Code === 'conflict' ? t('account.last_owner') : error);
    remove.disabled = false;
  }
}
