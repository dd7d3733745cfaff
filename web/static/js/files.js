// The files of a message: pictures side by side, and a card for each of the others.

import { locale, t } from './words.js';

const picture = document.getElementById('picture').content.firstElementChild;
const card = document.getElementById('file').content.firstElementChild;
const shown = new WeakMap(); // a picture's element → File
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

export const fileOf = (element) => shown.get(element);

export function renderFiles(container, files = []) {
  const pictures = files.filter(({ Preview }) => Preview);
  const others = files.filter(({ Preview }) => !Preview);
  container.replaceChildren(...others.map(showFile));
  container.hidden = !files.length;
  if (!pictures.length) return;
  const side = document.createElement('div');
  side.className = 'pictures';
  side.dataset.columns = pictures.length === 1 ? 1 : pictures.length === 2 || pictures.length === 4 ? 2 : 3;
  side.append(...pictures.map(showPicture));
  container.prepend(side);
}

export function size(bytes) {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  return new Intl.NumberFormat(locale, {
    style: 'unit', unit: UNITS[power], unitDisplay: power ? 'short' : 'narrow', maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 2 ** (10 * power));
}

// What stands for the content where there is no picture of it.
export const ending = (name) => /.\.(\w{1,4})$/.exec(name)?.[1].toUpperCase() ?? '';

// As wide and high as it will be, before any of it is there.
function showPicture(file) {
  const element = document.importNode(picture, true);
  const img = element.firstElementChild;
  const { Name, Preview, Width, Height, Alt } = file;
  shown.set(element, file);
  element.href = Preview;
  element.title = Name;
  element.style.setProperty('--width', Width);
  element.style.setProperty('--height', Height);
  Object.assign(img, { src: Preview, alt: Alt || t('files.picture_named', { name: Name }), width: Width, height: Height });
  element.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    import('./later/lightbox.js').then(({ open }) => open(element));
  });
  return element;
}

function showFile({ Name, URL, Size }) {
  const element = document.importNode(card, true);
  element.href = URL;
  element.download = Name;
  element.querySelector('.kind').textContent = ending(Name);
  element.querySelector('.name').textContent = Name;
  element.querySelector('small').textContent = size(Size);
  return element;
}
