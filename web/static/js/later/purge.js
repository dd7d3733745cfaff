// All that somebody said in the last hour is taken away, and can be brought back for a day.

import { ask } from './ask.js';
import { toast } from './toast.js';
import { userPath } from './users.js';
import { counted, explain, t } from './words.js';

// '' if it was, else false; why it could not be is thrown. What is to be said of it is said.
export async function purge(app, user) {
  const question = { title: t('purge.title', { name: user.Name }), text: t('purge.text'), yes: t('purge.yes'), danger: true };
  if (!await ask(question)) return false;
  const { Act, Messages } = await app.api.post(`${userPath(user)}/purge`);
  for (const dialog of document.querySelectorAll('dialog:modal')) dialog.close(); // so that undoing is within reach
  if (Messages) toast(counted('purge.done', Messages, { name: user.Name }), t('undo'), () => undo(app, Act));
  else toast(t('purge.nothing', { name: user.Name }));
  return '';
}

// How many messages come back.
export async function restore(app, act) {
  return (await app.api.post(`log/${encodeURIComponent(act)}/undo`)).Messages;
}

async function undo(app, act) {
  try {
    toast(counted('purge.restored', await restore(app, act)));
  } catch (error) {
    toast(explain(error));
  }
}
