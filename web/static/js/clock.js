// Times as the reader says them, in their time zone.

import { locale } from './words.js';

const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(locale, { weekday: 'long', month: 'long', day: 'numeric' });
const dayOfYear = new Intl.DateTimeFormat(locale, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

export function showTime(element, at) {
  element.dateTime = at.toISOString();
  element.title = moment.format(at);
  element.textContent = clock.format(at);
}

export const fullTime = (at) => moment.format(at);

export const sameDay = (a, b) => a.toDateString() === b.toDateString();

export function dayName(at, now = new Date()) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  if (days === 0 || days === -1) return relative.format(days, 'day');
  return (at.getFullYear() === now.getFullYear() ? day : dayOfYear).format(at);
}
