// Somebody is put out, and may come back. Each gives what is to be said of it, or false if it was
// not done after all; why it could not be is thrown.

import { ask } from './ask.js';
import { chosen, options, tick } from './parts.js';
import { span } from './times.js';
import { userPath } from './users.js';
import { t } from './words.js';

const DAY = 24; // hours
const WEEK = 7 * DAY;

export async function ban(app, user) {
  const spans = options('Hours', [...[DAY, WEEK].map((n) => ({ value: n, says: span(n * 3600) })), { value: 0, says: t('ban.ever') }], DAY);
  const network = tick('Network', t('ban.network'), t('ban.network.why'));
  const question = { title: t('ban.title', { name: user.Name }), text: t('ban.text'), options: [...spans, network], yes: t('ban'), danger: true };
  if (!await ask(question)) return false;
  const { Network } = await app.api.put(`${userPath(user)}/ban`, { Hours: Number(chosen(spans)), Network: network.querySelector('input').checked });
  return t('ban.done', { name: user.Name }) + (Network && Network !== 'banned' ? ` ${t(`ban.network.${Network}`)}` : '');
}

export async function unban(app, user) {
  await app.api.delete(`${userPath(user)}/ban`);
  return t('unban.done', { name: user.Name });
}
