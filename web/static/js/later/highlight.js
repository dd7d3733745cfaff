// Marks words in what is shown, without touching it (CSS Custom Highlight API). Words come folded,
// as the server searches; they are compared with the text folded the same way.

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const LETTER = /[\p{L}\p{N}\p{M}_]/u;
const characters = new Intl.Segmenter();

const highlight = globalThis.Highlight && new Highlight();
if (highlight) CSS.highlights.set('searched', highlight);

export function clearMarks() {
  highlight?.clear();
}

// The first mark, if any.
export function mark(element, words) {
  let first;
  if (!highlight || !words.length) return first;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const range of ranges(walker.currentNode, words)) {
      highlight.add(range);
      first ??= range;
    }
  }
  return first;
}

function* ranges(node, words) {
  const { text, places } = fold(node.data);
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      if (!isWord(text, at, word)) continue;
      const range = new Range();
      range.setStart(node, places[at]);
      range.setEnd(node, places[at + word.length]);
      yield range;
    }
  }
}

// Whole words are found; but where Chinese, Japanese and Korean words begin and end nobody can say.
const isWord = (text, at, word) => CJK.test(word) || !(LETTER.test(text[at - 1] ?? ' ') || LETTER.test(text[at + word.length] ?? ' '));

// As the server folds what it searches.
const LETTERS = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', ı: 'i' };
const foldCharacter = (character) => character.normalize('NFKD').replace(/[\u0300-\u036f\p{Cf}]/gu, '').toLowerCase()
  .replace(/[ßæœøđłı]/g, (letter) => LETTERS[letter]).normalize('NFC');

// The text folded, and for each of its places, and its end, where that is in the text.
function fold(data) {
  let text = '';
  const places = [];
  for (const { segment, index } of characters.segment(data)) {
    const folded = foldCharacter(segment);
    for (let i = 0; i < folded.length; i++) places.push(index);
    text += folded;
  }
  places.push(data.length);
  return { text, places };
}
