// Moments and spans of time, as the reader says them.

import { sameDay } from '../clock.js';
import { locale } from './words.js';

const UNITS = [['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]]; // seconds

const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' });
const year = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });

export function moment(at, now = new Date()) {
  if (sameDay(at, now)) return clock.format(at);
  return (Math.abs(at - now) < 180 * 86_400_000 ? day : year).format(at);
}

// In the largest unit that it is a whole number of.
export function span(seconds) {
  const [unit, size] = UNITS.find(([, one]) => seconds % one === 0);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / size);
}
