// One picture over everything else, and from it to the next in the conversation.

import { fileOf } from '../files.js';
import { style } from '../style.js';
import { number, t } from './words.js';

const SWIPE = 60; // pixels

const dialog = document.getElementById('lightbox');
const find = (selector) => dialog.querySelector(selector);
let pictures = [];
let at = 0;
let touch = null;

await style('lightbox');

export function open(picture) {
  pictures = [...(picture.closest('#log') ?? picture.parentElement).querySelectorAll('.picture')];
  show(pictures.indexOf(picture));
  dialog.showModal();
}

function show(index) {
  if (index < 0 || index >= pictures.length) return;
  at = index;
  const { Name, URL, Preview, Width, Height, Alt } = fileOf(pictures[at]);
  const img = document.createElement('img'); // another one: the last would stay until this is there
  Object.assign(img, { src: Preview, width: Width, height: Height, alt: Alt || Name });
  find('img').replaceWith(img);
  find('figcaption').textContent = Alt || Name;
  find('.place').textContent = pictures.length > 1 ? t('files.place', { n: number(at + 1), total: number(pictures.length) }) : '';
  Object.assign(find('[download]'), { href: URL, download: Name });
  find('.previous').disabled = at === 0;
  find('.next').disabled = at === pictures.length - 1;
}

dialog.addEventListener('keydown', ({ key }) => {
  if (key === 'ArrowLeft') show(at - 1);
  if (key === 'ArrowRight') show(at + 1);
});
dialog.addEventListener('click', ({ target }) => {
  if (target.closest('.previous')) show(at - 1);
  else if (target.closest('.next')) show(at + 1);
  else if (target.closest('.shut') || target.matches('dialog, figure')) dialog.close();
});
dialog.addEventListener('touchstart', ({ touches }) => { touch = touches.length === 1 ? touches[0] : null; }, { passive: true });
dialog.addEventListener('touchend', ({ changedTouches: [end] }) => {
  if (!touch || visualViewport.scale > 1) return;
  const across = end.clientX - touch.clientX;
  if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(end.clientY - touch.clientY)) show(across > 0 ? at - 1 : at + 1);
});
dialog.addEventListener('close', () => {
  if (pictures[at]?.isConnected) pictures[at].focus({ focusVisible: false });
  pictures = [];
});
