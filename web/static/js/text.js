// What somebody said, as nodes: the HTML that the server made of it, which is safe, or plain text.
// Nowhere else does markup get into the page.

import { boot } from './boot.js';
import { plain } from './plain.js';
import { t } from './words.js';

const EMOJI = /^(?:\p{RGI_Emoji}\s*){1,6}$/v; // so few, alone, stand large
const parser = new DOMParser();
const frame = document.getElementById('code').content.firstElementChild;

export function render(element, { Content, HTML }) {
  element.replaceChildren(...(HTML ? parsed(HTML).childNodes : plain(Content)));
  element.classList.toggle('rich', Boolean(HTML));
  element.classList.toggle('emoji', EMOJI.test(element.textContent.trim()));
  for (const mention of element.querySelectorAll('.mention')) {
    mention.classList.toggle('me', mention.dataset.user.split(' ').some(isMe)); // several are of one name
    if (mention.dataset.user !== 'here') Object.assign(mention, { role: 'button', tabIndex: -1 });
  }
  for (const pre of element.querySelectorAll('pre')) wrap(pre, document.importNode(frame, true));
  for (const table of element.querySelectorAll('table')) wrap(table, Object.assign(document.createElement('div'), { className: 'table' }));
}

export const isMe = (id) => id === boot.Me.ID || id === 'here';

// A message in one line.
export function gist({ Content = '', HTML, Files = [], Deleted }) {
  if (Deleted) return t('message.deleted');
  const said = (HTML ? parsed(HTML).textContent : Content).trim().split('\n', 1)[0];
  return said.slice(0, 200) || Files.map(({ Name }) => Name).join(', ');
}

const parsed = (html) => parser.parseFromString(html, 'text/html').body;

function wrap(element, around) {
  const code = element.querySelector('code[class]');
  if (code) around.dataset.language = code.className.replace(/^.*\blanguage-(\S+).*$/, '$1');
  element.replaceWith(around);
  around.append(element);
}
