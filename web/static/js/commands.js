// What keys and buttons do: one table, from which the list of keys is made too. A button says what
// it does by data-command.

export const mac = /Mac|iP(?:hone|ad)/.test(navigator.platform);

export class Commands {
  #table = [];

  constructor() {
    document.addEventListener('keydown', (event) => this.#press(event));
    document.addEventListener('click', ({ target }) => {
      const command = target.closest('[data-command]');
      if (command) this.run(command.dataset.command);
    });
  }

  // Each { id, keys, says, typing, run }. keys as in 'Mod+Shift+f', the first one is listed; says
  // is a word's key; typing: also while one writes; run may return false: then it was not for it.
  // Without run, it is only in the list.
  add(...commands) {
    this.#table.push(...commands);
  }

  run(id) {
    return this.#table.find((command) => command.id === id).run();
  }

  get listed() {
    return this.#table.filter(({ says }) => says);
  }

  // A field in a dialog that closes may have the focus until the next frame.
  #press(event) {
    if (!event.key || event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    const typing = event.target.closest('input, textarea, select, [contenteditable]')?.checkVisibility();
    const busy = document.querySelector('dialog:modal');
    for (const { keys = [], run, ...when } of this.#table) {
      const key = keys.find((name) => matches(event, name));
      if (!key || !run || (typing && !when.typing)) continue;
      if (busy && !key.startsWith('Mod')) return;
      if (busy || run(event) !== false) return event.preventDefault(); // the browser's own is not meant here
    }
  }
}

// The character decides, and where the keyboard writes no Latin ones, the place of the key.
function matches(event, name) {
  const held = parts(name);
  const key = held.pop();
  const has = (part) => held.includes(part);
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (mod !== has('Mod') || other || event.altKey !== has('Alt')) return false;
  if (/^\W$/.test(key)) return event.key === key; // some need Shift on one keyboard and not on another
  return event.shiftKey === has('Shift') && (event.key.toLowerCase() === key.toLowerCase() || event.code === `Key${key.toUpperCase()}`);
}

export const parts = (name) => name.split(/(?<=.)\+/); // + is a key, too
