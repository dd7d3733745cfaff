// Plain text as nodes: nothing in it is ever read as markup. Web addresses become links.

// In the host only ASCII, since Chinese goes on after an address without a space; after the first
// slash anything, up to a space, a quote or full-width punctuation.
const ADDRESS = /\bhttps?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?(?:[/?#][^\s<>"'\x60\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2018-\u201d\u2026]*)?/giu;
const PUNCTUATION = '.,:;!?*_~';
const BRACKETS = ['()', '[]', '{}'];

export function* plain(text) {
  let done = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trimmed(found);
    if (!URL.canParse(address)) continue;
    yield text.slice(done, index);
    yield link(address);
    done = index + address.length;
  }
  yield text.slice(done);
}

// Without the punctuation of the sentence around it; a closing bracket stays if it was opened.
// Looks at each character once, however many a hostile message ends with.
function trimmed(address) {
  const unopened = Object.fromEntries(BRACKETS.map(([open, close]) => [close, count(address, close) - count(address, open)]));
  let end = address.length;
  for (; ; end--) {
    const last = address[end - 1];
    if (unopened[last] > 0) unopened[last]--;
    else if (!PUNCTUATION.includes(last)) return address.slice(0, end);
  }
}

const count = (text, character) => text.split(character).length - 1;

function link(address) {
  const a = document.createElement('a');
  a.href = address;
  a.textContent = address;
  a.target = '_blank';
  a.rel = 'noopener noreferrer';
  return a;
}
