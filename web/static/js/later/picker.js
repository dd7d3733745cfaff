// The picker of emoji: those taken lately, then all in their groups, or what is searched for.
// Arrows go through the grid, Enter takes.

import { style } from '../style.js';
import { el } from './el.js';
import { allEmoji, findEmoji } from './emoji.js';
import { glyph } from './icons.js';
import { near } from './near.js';
import { recentEmoji, tookEmoji, usualEmoji } from './quick.js';
import { t } from './words.js';

const MOST = 60; // found
const NAMES = { // of the groups, as far as the server has some
  smileys: () => t('emoji.smileys'), people: () => t('emoji.people'), nature: () => t('emoji.nature'), food: () => t('emoji.food'),
  travel: () => t('emoji.travel'), activities: () => t('emoji.activities'), objects: () => t('emoji.objects'),
  symbols: () => t('emoji.symbols'), flags: () => t('emoji.flags'),
};

const search = el('input', {
  type: 'search', placeholder: t('emoji.search'), 'aria-label': t('emoji.search'), autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'done',
});
const tabs = el('div.tabs');
const body = el('div.body');
const name = el('p.name', { role: 'status' });
const picker = el('div', { id: 'picker', role: 'dialog', 'aria-label': t('emoji'), popover: true }, search, tabs, body, name);
document.body.append(picker);
let taken = null; // what the present choice is told to

await style('picker');

// Resolves with the emoji chosen, or with '' if none was.
export async function pick(anchor) {
  taken?.('');
  search.value = '';
  picker.showPopover();
  near(picker, anchor, { sheet: true });
  if (!matchMedia('(pointer: coarse)').matches) search.focus({ preventScroll: true });
  fill();
  const emoji = await new Promise((resolve) => { taken = resolve; });
  anchor.focus({ preventScroll: true });
  if (emoji) tookEmoji(emoji);
  return emoji;
}

async function fill() {
  const wanted = search.value.trim();
  const groups = await (wanted ? found(wanted) : everything()).catch(() => null);
  if (wanted !== search.value.trim()) return;
  tabs.hidden = Boolean(wanted);
  body.replaceChildren(...(groups ?? []).map(section));
  name.textContent = groups ? '' : t('emoji.unreachable');
  if (groups && !groups.length) name.textContent = t('emoji.none');
  if (!wanted && groups) tabs.replaceChildren(...groups.map(tab));
  const [first] = cells();
  if (first) first.tabIndex = 0;
  if (wanted && first) show(first);
  body.scrollTop = 0;
}

async function everything() {
  const groups = (await allEmoji()).map(({ key, emoji }) => ({ key, title: NAMES[key](), emoji }));
  const known = new Map(groups.flatMap(({ emoji }) => emoji.map((one) => [one.emoji, one])));
  const lately = (recentEmoji().length ? recentEmoji() : usualEmoji).map((emoji) => known.get(emoji)).filter(Boolean);
  return [{ key: 'recent', title: t('emoji.recent'), emoji: lately }, ...groups];
}

async function found(wanted) {
  const emoji = await findEmoji(wanted, MOST);
  return emoji.length ? [{ key: 'found', title: t('emoji.found'), emoji }] : [];
}

const section = ({ key, title, emoji }) => el('section', { 'data-group': key }, el('h3', {}, title), el('div.grid', {}, ...emoji.map(cell)));

const cell = ({ emoji, names }) => el('button', {
  tabindex: -1, 'aria-label': names[0].replaceAll('_', ' '), 'data-names': names.map((one) => `:${one}:`).join(' '),
}, emoji);

function tab({ key, title, emoji }) {
  const button = el('button', { 'aria-label': title, title }, key === 'recent' ? glyph('clock') : emoji[0].emoji);
  button.addEventListener('click', () => body.querySelector(`[data-group=${key}]`).scrollIntoView({ block: 'start' }));
  return button;
}

const cells = () => [...body.querySelectorAll('.grid button')];

function show(cell) {
  name.textContent = `${cell.textContent} ${cell.dataset.names}`;
}

function take(emoji) {
  taken?.(emoji);
  taken = null;
  picker.hidePopover();
}

// From a cell to the one beside it, or above or below, wherever the next row is.
function step(from, key) {
  const all = cells();
  const at = all.indexOf(from);
  if (key === 'ArrowRight') return all[at + 1];
  if (key === 'ArrowLeft') return all[at - 1];
  const { left, top } = from.getBoundingClientRect();
  const rows = (key === 'ArrowDown' ? all.slice(at + 1) : all.slice(0, at).reverse())
    .map((one) => ({ one, ...place(one) })).filter((one) => Math.abs(one.top - top) > 2);
  const row = rows.filter((one) => one.top === rows[0].top);
  return row.sort((a, b) => Math.abs(a.left - left) - Math.abs(b.left - left))[0]?.one;
}

function place(element) {
  const { left, top } = element.getBoundingClientRect();
  return { left, top };
}

search.addEventListener('input', fill);

picker.addEventListener('keydown', (event) => {
  const { key, target } = event;
  if (event.isComposing) return;
  if (target === search && key === 'Enter' && search.value) take(cells()[0]?.textContent ?? '');
  else if (target === search && key === 'ArrowDown') cells()[0]?.focus();
  else if (target.matches('.grid button') && key.startsWith('Arrow')) (step(target, key) ?? (key === 'ArrowUp' ? search : target)).focus();
  else return;
  event.preventDefault();
});

picker.addEventListener('click', ({ target }) => target.matches('.grid button') && take(target.textContent));

for (const event of ['focusin', 'pointerover']) {
  picker.addEventListener(event, ({ target }) => target.matches('.grid button') && show(target));
}

picker.addEventListener('toggle', ({ newState }) => newState === 'closed' && take(''));
