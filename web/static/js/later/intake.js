// Files that are dropped on the conversation, or pasted anywhere in it.

import { style } from '../style.js';
import { t } from './words.js';

await style('uploads');

export class Intake {
  #app;
  #zone = document.getElementById('drop');

  constructor(app) {
    this.#app = app;
    document.addEventListener('paste', (event) => this.#paste(event));
    for (const type of ['dragenter', 'dragover']) document.addEventListener(type, (event) => this.#over(event));
    document.addEventListener('drop', (event) => this.#drop(event));
    document.addEventListener('dragleave', ({ relatedTarget }) => { if (!relatedTarget) this.#zone.hidden = true; });
  }

  // Where files may go now, if anywhere.
  get #composer() {
    const { view } = this.#app;
    const taken = !view.readOnly && !this.#app.ended && view.composer.takesFiles && !document.querySelector('dialog:modal');
    return taken ? view.composer : null;
  }

  #offer() {
    const { view } = this.#app;
    if (!this.#composer) return;
    this.#zone.querySelector('p').textContent = t('files.drop', { room: this.#app.rooms.name(view.room) });
    view.element.append(this.#zone);
    this.#zone.hidden = false;
  }

  // Anywhere else the browser would leave the page for the file.
  #over(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (this.#zone.hidden) this.#offer();
    event.dataTransfer.dropEffect = this.#zone.contains(event.target) ? 'copy' : 'none';
  }

  #drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.#zone.hidden = true;
    if (this.#zone.contains(event.target)) this.#composer?.attach(filesOf(event.dataTransfer));
  }

  #paste(event) {
    const { target, clipboardData } = event;
    const composer = this.#composer;
    const elsewhere = target.closest('input, textarea') && target !== composer?.field;
    if (!composer || elsewhere || !meansFiles(clipboardData)) return;
    event.preventDefault();
    composer.attach(filesOf(clipboardData));
  }
}

const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes('Files');

// A folder is none.
function filesOf({ items }) {
  return [...items].filter((item) => item.kind === 'file' && !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile());
}

// A table or a paragraph comes with a picture of itself, and a file with its name as text.
function meansFiles(data) {
  if (!data.files.length) return false;
  const names = new Set([...data.files].map(({ name }) => name));
  return data.getData('text/plain').split(/[\r\n]+/).every((line) => !line || names.has(line));
}
