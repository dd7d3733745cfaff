// The tab's title: the room, and how much calls for one: mentions and direct messages, and while
// the tab is hidden everything that comes.

export class Title {
  #rooms;
  #before = 0; // what waited when the tab was hidden

  constructor(rooms) {
    this.#rooms = rooms;
    rooms.on('open', () => this.#show());
    rooms.on('change', () => this.#show());
    document.addEventListener('visibilitychange', () => {
      this.#before = rooms.waiting - rooms.calling;
      this.#show();
    });
  }

  #show() {
    const room = this.#rooms.get(this.#rooms.present);
    if (!room) return;
    const n = document.hidden ? Math.max(this.#rooms.calling, this.#rooms.waiting - this.#before) : this.#rooms.calling;
    document.title = `${n ? `(${n}) ` : ''}${this.#rooms.name(room)} · gochatting`;
  }
}
