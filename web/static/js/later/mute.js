// Somebody is to say nothing for a while, and may speak again. Each gives what is to be said of it,
// or false if it was not done after all; why it could not be is thrown.

import { ask } from './ask.js';
import { chosen, options } from './parts.js';
import { span } from './times.js';
import { userPath } from './users.js';
import { t } from './words.js';

const MINUTES = [10, 60, 24 * 60];

export async function mute(app, user) {
  const spans = options('Minutes', MINUTES.map((n) => ({ value: n, says: span(n * 60) })), 10);
  if (!await ask({ title: t('mute.title', { name: user.Name }), text: t('mute.text'), options: spans, yes: t('mute') })) return false;
  await app.api.put(`${userPath(user)}/mute`, { Minutes: Number(chosen(spans)) });
  return t('mute.done', { name: user.Name });
}

export async function unmute(app, user) {
  await app.api.delete(`${userPath(user)}/mute`);
  return t('unmute.done', { name: user.Name });
}
