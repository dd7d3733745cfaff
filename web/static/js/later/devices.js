// The browsers that are signed in as me, and the end of that.

import { style } from '../style.js';
import { el } from './el.js';
import { glyph } from './icons.js';
import { note } from './lines.js';
import { fail, failure, sheet } from './parts.js';
import { moment } from './times.js';
import { t } from './words.js';

const list = el('ul.lines', { 'aria-labelledby': 'devices-title' });
const wrong = failure();
const others = el('button', {}, t('devices.others'));
const add = el('button.primary', {}, t('device.add'));
const dialog = sheet('devices', t('devices'), el('div.scroll', {}, list, wrong), el('div.choices', {}, add, others));

await style('finding');
await style('you');

export async function open(app) {
  list.replaceChildren();
  fail(wrong);
  others.hidden = true;
  others.onclick = () => end(app, 'me/devices', { others: 1 });
  add.onclick = async () => {
    dialog.close();
    (await import('./device.js')).open(app);
  };
  dialog.showModal();
  await load(app);
}

async function load(app) {
  try {
    const { Devices } = await app.api.get('me/devices');
    list.replaceChildren(...Devices.toSorted((a, b) => b.Current - a.Current).map((device) => line(app, device)));
    others.hidden = Devices.length < 2;
    fail(wrong);
  } catch (error) {
    fail(wrong, error);
  }
}

function line(app, { ID, Browser, Used, Current }) {
  const name = Browser || t('devices.unknown');
  const words = el('span.words', {}, el('bdi.name', {}, name), el('span.topic', {}, t('devices.used', { time: moment(new Date(Used)) })));
  const item = el('li.line', {}, el('span.emblem', {}, glyph('device')), words);
  if (Current) {
    note(item, t('devices.this'));
    return item;
  }
  const button = el('button', { 'aria-label': t('devices.end.named', { name }) }, t('devices.end'));
  button.addEventListener('click', () => end(app, `me/devices/${encodeURIComponent(ID)}`, {}, button));
  item.append(button);
  return item;
}

async function end(app, path, query, button = others) {
  button.disabled = true;
  const failed = await app.api.delete(path, query).then(() => null, (error) => error);
  button.disabled = false;
  await load(app);
  if (failed) fail(wrong, failed);
  else if (!button.isConnected || button.hidden) add.focus();
}
