// How messages stand to each other: one person's within five minutes under one picture, a line
// between days.

import { dayName, sameDay } from './clock.js';
import { isMessage, timeOf } from './message.js';

const TOGETHER = 5 * 60_000;

export function continues(before, message) {
  return isMessage(before)
    && before.dataset.user === message.dataset.user
    && Math.abs(timeOf(message) - timeOf(before)) < TOGETHER
    && sameDay(timeOf(before), timeOf(message));
}

// To be called for a message that came into the list, and for the one after it.
export function arrange(message) {
  const at = timeOf(message);
  const before = messageBefore(message);
  const line = isDay(message.previousElementSibling) ? message.previousElementSibling : null;
  if (before && sameDay(timeOf(before), at)) line?.remove();
  else (line ?? addLine(message)).replaceChildren(label(at));
  message.classList.toggle('continued', continues(message.previousElementSibling, message));
}

// Today becomes yesterday while the page is open.
export function renameDays(list) {
  for (const time of list.querySelectorAll('.day time')) time.textContent = dayName(new Date(time.dateTime));
}

const isDay = (element) => element?.classList.contains('day') ?? false;

function messageBefore(element) {
  do element = element.previousElementSibling; while (element && !isMessage(element));
  return element;
}

function addLine(message) {
  const line = document.createElement('p');
  line.className = 'day';
  message.before(line);
  return line;
}

function label(at) {
  const time = document.createElement('time');
  time.dateTime = at.toISOString();
  time.textContent = dayName(at);
  return time;
}
