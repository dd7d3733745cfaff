// Goes to the direct conversation with these people, making it if it is the first time.

export async function openDirect(app, ids) {
  const room = await app.api.post('rooms', { Kind: 'direct', Users: ids });
  app.rooms.add(room);
  return app.rooms.open(room.ID);
}
