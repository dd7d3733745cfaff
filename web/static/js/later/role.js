// Who somebody is here.

import { ask } from './ask.js';
import { chosen, options } from './parts.js';
import { ROLES, roleName } from './rank.js';
import { userPath } from './users.js';
import { t } from './words.js';

// What is to be said of it, or false if it was not done after all; why it could not be is thrown.
export async function changeRole(app, user) {
  const before = user.Role || 'member';
  const roles = options('Role', ROLES.map((role) => ({ value: role, says: roleName({ Role: role }), why: t(`role.${role}.why`) })), before);
  const sure = await ask({ title: t('role.title', { name: user.Name }), text: t('role.text'), options: roles, yes: t('role.yes') });
  const Role = chosen(roles);
  if (!sure || Role === before) return false;
  await app.api.patch(userPath(user), { Role });
  return t('role.done', { name: user.Name, role: roleName({ Role }) });
}
