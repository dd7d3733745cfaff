// Slow mode: how many seconds it is until I may say the next thing in a room. Who keeps order waits
// for nothing. By a clock that is wrong it may be too few: then the server says so.

import { keeps } from './rooms.js';

export function slowed({ app: { me }, room, log }) {
  if (!room.Slow || keeps(me, room)) return 0;
  const last = Math.min(Date.now(), new Date(log.lastOf(me.ID)?.At ?? 0));
  return Math.max(0, (last - Date.now()) / 1000 + room.Slow);
}
