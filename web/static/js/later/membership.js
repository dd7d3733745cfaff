// Coming into a room and leaving it.

import { roomPath } from '../rooms.js';

export async function joinRoom(app, id) {
  await app.api.put(`${roomPath(id)}/members/me`);
  app.rooms.add(await app.api.get(roomPath(id)));
}

export async function leaveRoom(app, id) {
  await app.api.delete(`${roomPath(id)}/members/me`);
  app.rooms.remove(id);
}

export async function bringIn(app, room, ids) {
  for (const id of ids) await app.api.put(`${roomPath(room)}/members/${encodeURIComponent(id)}`);
}

export const takeOut = (app, room, id) => app.api.delete(`${roomPath(room)}/members/${encodeURIComponent(id)}`);
