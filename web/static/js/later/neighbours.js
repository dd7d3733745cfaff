// The rooms above and below the one shown, as they stand in the list at the side.

// step: -1 up, 1 down, around the end.
export function open({ rooms }, step, onlyUnread = false) {
  const ids = [...document.querySelectorAll('#rooms a[data-room]')].map((link) => link.dataset.room);
  const here = ids.indexOf(rooms.present);
  const from = here < 0 && step < 0 ? 0 : here;
  for (let i = 1; i <= ids.length; i++) {
    const id = ids.at((from + step * i) % ids.length);
    const { unread, mentions } = rooms.counts(rooms.get(id));
    if (id !== rooms.present && (!onlyUnread || unread || mentions)) return rooms.open(id);
  }
  return undefined;
}
