// How names are compared while one types: without case, width and accents.

export const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();

const WORST = 5;

// How well a name answers what was typed, 0 being the best; undefined if not at all.
export function rank(query, name) {
  const wanted = fold(query);
  const folded = fold(name);
  if (folded === wanted) return 0;
  if (folded.startsWith(wanted)) return 1;
  const words = folded.split(/[^\p{L}\p{N}]+/u);
  if (wanted.split(/\s+/).every((part) => words.some((word) => word.startsWith(part)))) return 2;
  if (folded.includes(wanted)) return 3;
  return isWithin(wanted, folded) ? 4 : undefined;
}

// The best first; those of one rank stay as they were.
export function ranked(query, items, nameOf) {
  return items
    .map((item) => ({ item, rank: rank(query, nameOf(item)) ?? WORST }))
    .filter((found) => found.rank < WORST)
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

// Whether the characters come in this order, with others between them.
function isWithin(wanted, folded) {
  let at = 0;
  for (const character of wanted) {
    at = folded.indexOf(character, at) + 1;
    if (!at) return false;
  }
  return true;
}
