// The list of rooms.

import { t } from './words.js';

// The lobby is called so in every language until somebody gives it a name.
export function roomName({ ID, Name }) {
  return ID === 'lobby' && Name.toLowerCase() === 'lobby' ? t('room.lobby') : Name;
}

export function listRooms(rooms, present, as) {
  document.getElementById('rooms').replaceChildren(...rooms.map((room) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `/rooms/${encodeURIComponent(room.ID)}?${new URLSearchParams({ as })}`;
    link.textContent = roomName(room);
    if (room.ID === present) link.setAttribute('aria-current', 'page');
    item.append(link);
    return item;
  }));
}
