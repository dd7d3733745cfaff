// A message in a list of those found or pinned. A click on it leads to its place.

import { dayName, showTime } from '../clock.js';
import { portray } from '../portrait.js';
import { render } from '../text.js';
import { el } from './el.js';
import { portrait } from './lines.js';
import { makeRoom } from './side.js';

const ABOVE = 28; // pixels left to be seen above the mark

export function hit(app, { Room, TextMessage: text }) {
  const time = el('time');
  const content = el('div.content', { dir: 'auto' });
  const href = `/rooms/${encodeURIComponent(Room)}?${new URLSearchParams({ as: app.as })}#m${text.ID}`;
  const element = el('li', {},
    el('header', {}, portrait(28), el('a.to', { href }, el('bdi.name'), ' ', time), el('span.where')),
    content,
    el('p.attached', {}, ...(text.Files ?? []).map(({ Name }) => el('bdi', {}, Name))));
  Object.assign(element.dataset, { room: Room, id: text.ID, user: text.UserInfo.ID });
  portray(element, text.UserInfo);
  showMoment(time, new Date(text.At));
  render(content, text);
  for (const way of content.querySelectorAll('a, button, [tabindex]')) disarm(way);
  return element;
}

// Of a long message a part is shown: its beginning, or from shortly above the mark. To be called once
// it is in the page.
export function cut(element, mark) {
  const content = element.querySelector('.content');
  if (mark) content.scrollTop += mark.getBoundingClientRect().top - content.getBoundingClientRect().top - ABOVE;
  content.classList.toggle('above', content.scrollTop > 0);
  content.classList.toggle('below', content.scrollTop + content.clientHeight < content.scrollHeight - 1);
}

// Keeps the list where it is and brings the conversation to the message; resolves when it is there.
export async function follow(app, dialog, event) {
  const element = event.target.closest('li');
  if (!element?.dataset.id || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  event.preventDefault();
  for (const other of element.parentElement.children) other.ariaCurrent = other === element ? 'true' : null;
  makeRoom(dialog);
  const { room, id } = element.dataset;
  await app.rooms.open(room, { around: Number(id) });
  return Number(id);
}

function showMoment(time, at) {
  showTime(time, at);
  time.textContent = `${dayName(at)} · ${time.textContent}`;
}

// What is inside leads to the message, like the whole of it.
function disarm(way) {
  for (const name of ['href', 'target', 'tabindex', 'role']) way.removeAttribute(name);
  if (way.matches('button')) way.remove();
}
