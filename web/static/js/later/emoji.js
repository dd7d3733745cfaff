// All emoji with their names, and how they are found.

import { fold } from './fold.js';

let loading = null;

// Groups of { key, emoji: [{ emoji, names, words }] }.
export function allEmoji() {
  loading ??= load();
  loading.catch(() => { loading = null; });
  return loading;
}

// Those whose short name begins so, then those with a word that does, then those that contain it.
export async function findEmoji(query, most) {
  const wanted = fold(query);
  const ranked = [[], [], []];
  for (const { emoji: group } of await allEmoji().catch(() => [])) {
    for (const one of group) ranked[rank(one, wanted)]?.push(one);
  }
  return ranked.flat().slice(0, most);
}

function rank({ emoji, names, words }, wanted) {
  if (emoji === wanted || names.some((name) => name.startsWith(wanted))) return 0;
  if (words.some((word) => word.startsWith(wanted))) return 1;
  return [...names, ...words].some((word) => word.includes(wanted)) ? 2 : 3;
}

async function load() {
  const response = await fetch(new URL('../../emoji.json', import.meta.url));
  if (!response.ok) throw new Error(`emoji: ${response.status}`);
  return (await response.json()).map(([key, emoji]) => ({
    key,
    emoji: emoji.map(([one, names, ...words]) => ({
      emoji: one, names: names.split(' '), words: words.join(' ').split(' ').map(fold).filter(Boolean),
    })),
  }));
}
