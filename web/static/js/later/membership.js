// Coming into a room and leaving it.

import { roomPath } from '../rooms.js';

export async function joinRoom(app, id) {
  await app.api.put(`${roomPath(id)}/members/me`);
  app.rooms.add(await app.api.get(roomPath(id)));
}

// What is shown then is the lobby, which nobody leaves.
export async function leaveRoom(app, id) {
  await app.api.delete(`${roomPath(id)}/members/me`);
  if (app.rooms.present === id) await app.rooms.open('lobby');
  app.rooms.remove(id);
}

export async function bringIn(app, room, ids) {
  for (const id of ids) await app.api.put(`${roomPath(room)}/members/${encodeURIComponent(id)}`);
}
