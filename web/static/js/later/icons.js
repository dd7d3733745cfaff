// The icons of what is loaded on first use, put beside the page's own.

import { icon } from '../icon.js';

const PATHS = {
  search: 'M17.1 10.8a6.3 6.3 0 1 1-12.6 0 6.3 6.3 0 0 1 12.6 0M15.6 15.6l4.6 4.6',
  plus: 'M12 5v14M5 12h14',
  close: 'm6 6 12 12M18 6 6 18',
  check: 'm5 12.5 4.8 4.8L19 7.5',
  hash: 'M9.5 4.5 7.5 19.5M16.5 4.5l-2 15M4.8 9h15M4.2 15h15',
  lock: 'M7.2 10.5h9.6a2.2 2.2 0 0 1 2.2 2.2v5.1a2.2 2.2 0 0 1-2.2 2.2H7.2A2.2 2.2 0 0 1 5 17.8v-5.1a2.2 2.2 0 0 1 2.2-2.2M8.3 10.3V8a3.7 3.7 0 0 1 7.4 0v2.3',
  people: 'M12.5 8.5a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0M2.8 19.5c.5-3.4 3-5.3 6.2-5.3s5.7 1.9 6.2 5.3M16 5.3a3.5 3.5 0 0 1 0 6.4M18 14.6c1.8.8 2.9 2.5 3.2 4.9',
  talk: 'M12 4.3a8 8 0 1 1-3.7 15L4.3 20.4l1.2-3.9A8 8 0 0 1 12 4.3Z',
  leave: 'M14 4.5H7A1.5 1.5 0 0 0 5.5 6v12A1.5 1.5 0 0 0 7 19.5h7M10.5 12H20M16.5 8.3 20.2 12l-3.7 3.7',
  chain: 'M10.2 13.8a4 4 0 0 0 5.7 0l3.2-3.2a4 4 0 0 0-5.7-5.7l-1 1M13.8 10.2a4 4 0 0 0-5.7 0l-3.2 3.2a4 4 0 0 0 5.7 5.7l1-1',
  react: 'M20.4 11.2a8.8 8.8 0 1 1-6.9-7.4M8.6 14.4c.8 1.3 2 2 3.4 2s2.6-.7 3.4-2M9 9.6v.4M15 9.6v.4M19 2.5v6M16 5.5h6',
  reply: 'M9.5 6 4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6v1',
  edit: 'M4.5 19.5 5.3 16 16.2 5.1a1.6 1.6 0 0 1 2.3 0l.4.4a1.6 1.6 0 0 1 0 2.3L8 18.7ZM14.2 7.1l2.7 2.7',
  copy: 'M10.9 8.5h6.7a2.4 2.4 0 0 1 2.4 2.4v6.7a2.4 2.4 0 0 1-2.4 2.4h-6.7a2.4 2.4 0 0 1-2.4-2.4v-6.7a2.4 2.4 0 0 1 2.4-2.4M15.5 8.5V6.4A2.4 2.4 0 0 0 13.1 4H6.4A2.4 2.4 0 0 0 4 6.4v6.7a2.4 2.4 0 0 0 2.4 2.4h2.1',
  pin: 'm14.8 3.8 5.4 5.4-2.4.9-2.9 2.9-.6 4.6-7.9-7.9 4.6-.6 2.9-2.9ZM9.9 14.1l-5.6 5.6',
  unread: 'M19.8 10.6A8.3 8.3 0 0 1 8 19.2L4 20.3 5.2 16A8.3 8.3 0 0 1 13.4 4.2M20.2 5.7a1.9 1.9 0 1 1-3.8 0 1.9 1.9 0 0 1 3.8 0',
  delete: 'M4.5 6.5h15M9.5 6.2V4.4h5v1.8M6.5 6.5l.9 12.2a1.4 1.4 0 0 0 1.4 1.3h6.4a1.4 1.4 0 0 0 1.4-1.3l.9-12.2M10.2 10.3v6M13.8 10.3v6',
  more: 'M5.5 12h.5M11.75 12h.5M18 12h.5',
  clock: 'M20.8 12a8.8 8.8 0 1 1-17.6 0 8.8 8.8 0 0 1 17.6 0M12 7v5.2l3.2 2',
  needle: 'M9 4h6l-.7 6.2 2.9 3.3H6.8l2.9-3.3zM12 13.5V20',
};

const make = (name, attributes) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

const sheet = make('svg', { hidden: '' });
for (const [name, d] of Object.entries(PATHS)) {
  const symbol = make('symbol', { id: `icon-later-${name}`, viewBox: '0 0 24 24' });
  symbol.append(make('path', { d }));
  sheet.append(symbol);
}
document.body.append(sheet);

export const glyph = (name) => icon(`later-${name}`);
