// One message's element, the same for history, live and pending ones.

import { showTime } from './clock.js';
import { renderFiles } from './files.js';
import { portray } from './portrait.js';
import { showReactions } from './reactions.js';
import { showSigns } from './signs.js';
import { isMe, render } from './text.js';
import { t } from './words.js';

const template = document.getElementById('message').content.firstElementChild;
const failure = document.getElementById('failure').content.firstElementChild;
const shown = new WeakMap(); // element → the TextMessage in it

export const idOf = (element) => Number(element?.dataset.id ?? 0);
export const isMessage = (element) => element?.classList.contains('message') ?? false;
export const timeOf = (message) => new Date(message.querySelector('time').dateTime);
export const textOf = (element) => shown.get(element);

export function build(view, text, mine) {
  const element = document.importNode(template, true);
  element.classList.toggle('mine', mine);
  fill(view, element, text);
  return element;
}

// Touches only what is another than before: what one has selected, or points at, stays.
export function fill(view, element, text) {
  const before = shown.get(element);
  const differs = (...keys) => keys.some((key) => JSON.stringify(text[key]) !== JSON.stringify(before?.[key]));
  shown.set(element, text);
  if (text.ID) Object.assign(element.dataset, { id: text.ID, rev: text.Rev });
  element.dataset.user = text.UserInfo.ID;
  portray(element, text.UserInfo);
  if (differs('At')) showTime(element.querySelector('time'), new Date(text.At));
  if (differs('Content', 'HTML', 'Deleted')) {
    render(element.querySelector('.content'), text.Deleted ? { Content: t('message.deleted') } : text);
  }
  if (differs('Files')) renderFiles(element.querySelector('.files'), text.Files);
  if (differs('ReplyTo')) view.quotes.show(element, text.ReplyTo);
  if (differs('Reactions')) showReactions(element, text.Reactions);
  showSigns(element, text);
  element.classList.toggle('mentions-me', !element.classList.contains('mine') && (text.Mentions ?? []).some(isMe));
}

// How the sending of one of mine stands: 'pending', 'failed' with the reason, or '' when it is said.
export function mark(element, state, reason = '') {
  element.classList.toggle('pending', state === 'pending');
  element.classList.toggle('failed', state === 'failed');
  element.querySelector('footer')?.remove();
  if (state !== 'failed') return;
  const footer = document.importNode(failure, true);
  footer.querySelector('.reason').textContent = `${t('message.failed')} ${reason}`;
  element.append(footer);
}
