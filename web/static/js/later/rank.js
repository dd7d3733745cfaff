// Who stands above whom.

import { keeps } from '../rooms.js';
import { t } from './words.js';

const RANKS = ['reader', 'member', 'moderator', 'owner'];
const MODERATOR = RANKS.indexOf('moderator');
const rank = ({ Role }) => RANKS.indexOf(Role || 'member');

export const ROLES = RANKS.toReversed();

export const roleName = ({ Role }) => t(`role.${Role || 'member'}`);

export const isOwner = ({ Role }) => Role === 'owner';
export const isReader = ({ Role }) => Role === 'reader';
export const moderates = (user) => rank(user) >= MODERATOR;
export const outranks = (one, other) => rank(one) > rank(other);

// Whether somebody keeps order in a room over another. Who made it ranks as a moderator there.
export const keepsOver = (one, room, other) => keeps(one, room) && Math.max(rank(one), MODERATOR) > rank(other);
