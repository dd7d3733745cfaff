// The page's words in its language, and the locale that times, lists and sorting follow.

import { boot } from './boot.js';

const UNITS = [['day', 86_400], ['hour', 3600], ['minute', 60]]; // seconds

const words = { ...boot.Words };

// What is said later, too.
export const learn = (more) => Object.assign(words, more);

// The page's own language, in the reader's variety of it if they have one (British dates, say).
export const locale = (() => {
  const page = new Intl.Locale(document.documentElement.lang).maximize();
  const same = (tag) => {
    const { language, script } = new Intl.Locale(tag).maximize();
    return language === page.language && script === page.script;
  };
  return navigator.languages.find(same) ?? page.baseName;
})();

const plurals = new Intl.PluralRules(locale);
const lists = new Intl.ListFormat(locale);
const numbers = new Intl.NumberFormat(locale);

export const list = (names) => lists.format(names);
export const number = (n) => numbers.format(n);

// A time to wait as people say it: 89 seconds, but then 2 minutes, and so on, rounded up.
export function duration(seconds) {
  const [unit, size] = UNITS.find(([, one]) => seconds >= 1.5 * one) ?? ['second', 1];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.ceil(seconds / size));
}

export function t(key, values = {}) {
  return (words[key] ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

// Sentences that count: key.one, key.other and whatever else the language tells apart.
export function counted(key, n, values = {}) {
  const form = `${key}.${plurals.select(n)}`;
  return t(form in words ? form : `${key}.other`, { n: number(n), ...values });
}

// What went wrong, in the page's language if it has words for the code, else in the server's. Of some
// the server says more than the code does, to those who read English.
const TOLD = ['conflict', 'limit', 'forbidden', 'invalid'];

export function explain({ Code, Text, RetryAfter }) {
  const told = Text && locale.startsWith('en') && TOLD.includes(Code);
  const text = (!told && t(`error.${Code}`)) || Text || t('error.internal');
  return RetryAfter ? t('error.again', { text, time: duration(Math.ceil(RetryAfter)) }) : text;
}
