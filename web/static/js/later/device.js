// A code, and a link as a QR code, that let another browser in as me, for as long as they last.

import { countDown, say } from '../say.js';
import { style } from '../style.js';
import { copy } from './copy.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { closeButton } from './parts.js';
import { qr } from './qr.js';
import { duration, t } from './words.js';

const how = el('p.how');
const code = el('output.code', { 'aria-live': 'polite' });
const picture = el('div.scan');
const says = el('span', {}, t('device.link'));
const link = el('button.quiet', { type: 'button' }, glyph('chain'), says);
const left = el('p.left');
const again = el('button.again.primary', { hidden: true }, t('device.again'));
const works = el('div.works', {}, code, el('p', {}, t('device.scan')), picture, link);
const dialog = el('dialog', { id: 'device', 'aria-labelledby': 'device-title', closedby: 'any' }, closeButton(),
  el('h2', { id: 'device-title' }, t('device.add')), how, works, left, again);
document.body.append(dialog);

await style('you');

export function open({ api }) {
  how.textContent = t('device.how', { address: location.host });
  again.onclick = () => fetchCode(api);
  dialog.showModal();
  fetchCode(api);
}

async function fetchCode(api) {
  end('');
  again.hidden = true;
  try {
    show(await api.post('me/devices'));
  } catch (error) {
    end(error);
  }
}

function show({ Code, Expires, Link, QR }) {
  works.hidden = false;
  code.replaceChildren(...Code.match(/.{1,3}/g).map((part) => el('span', {}, part))); // the gap is only to be seen, not copied
  picture.replaceChildren(qr(QR, t('device.qr')));
  link.onclick = async () => { says.textContent = t(await copy(Link) ? 'details.linked' : 'copy.failed'); };
  says.textContent = t('device.link');
  const seconds = (new Date(Expires) - Date.now()) / 1000;
  countDown(left, seconds, (some) => t('device.left', { time: duration(some) }), () => end(t('device.expired')));
}

function end(why) {
  works.hidden = true;
  code.textContent = '';
  picture.replaceChildren();
  say(left, why);
  again.hidden = false;
}

// Nobody is to find it on the screen later.
dialog.addEventListener('close', () => end(''));
