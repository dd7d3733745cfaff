// One message's element, the same for history, live and pending ones.

import { showTime } from './clock.js';
import { portray } from './portrait.js';
import { render } from './text.js';
import { t } from './words.js';

const template = document.getElementById('message').content.firstElementChild;
const failure = document.getElementById('failure').content.firstElementChild;

export const idOf = (element) => Number(element?.dataset.id ?? 0);
export const isMessage = (element) => element?.classList.contains('message') ?? false;
export const timeOf = (message) => new Date(message.querySelector('time').dateTime);

export function build(text, mine) {
  const element = document.importNode(template, true);
  element.classList.toggle('mine', mine);
  fill(element, text);
  return element;
}

export function fill(element, { ID, Rev, Content, UserInfo, At }) {
  if (ID) Object.assign(element.dataset, { id: ID, rev: Rev });
  element.dataset.user = UserInfo.ID;
  portray(element, UserInfo);
  showTime(element.querySelector('time'), new Date(At));
  render(element.querySelector('.content'), Content);
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
