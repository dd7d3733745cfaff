// The list of keys, made from the table that they are in.

import { mac, parts } from '../commands.js';
import { style } from '../style.js';
import { el } from './el.js';
import { sheet } from './parts.js';
import { t } from './words.js';

const SIGNS = { Mod: '⌘', Alt: '⌥', Shift: '⇧' };
const NAMES = { Mod: 'Ctrl', ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Enter: '↵' };

const everywhere = el('dl');
const messages = el('dl');
const dialog = sheet('keys', t('keys.list'), el('div.scroll', { tabindex: 0, autofocus: true },
  el('h3', {}, t('keys.everywhere')), everywhere, el('h3', {}, t('keys.messages')), messages));

await style('finding');

export function open(app) {
  fill(everywhere, app.commands.listed.filter(({ run }) => run));
  fill(messages, app.commands.listed.filter(({ run }) => !run));
  dialog.showModal();
}

function fill(list, commands) {
  const rows = Map.groupBy(commands, ({ says }) => says);
  list.replaceChildren(...[...rows].map(([says, ways]) => row(says, ways.map(({ keys }) => keys[0]))));
}

const row = (says, keys) => el('div', {}, el('dt', {}, t(says)), el('dd', {}, ...keys.map(caps)));
const caps = (key) => el('span', {}, ...parts(key).map((part) => el('kbd', {}, cap(part))));
const cap = (part) => (mac && SIGNS[part]) || NAMES[part] || (part.length === 1 ? part.toUpperCase() : part);
