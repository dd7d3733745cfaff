// What became of a message, in a quiet line at its end: pinned, edited.

import { fullTime } from './clock.js';
import { icon } from './icon.js';
import { t } from './words.js';

export function showSigns(element, { Edited, Deleted, Pinned }) {
  element.classList.toggle('edited', Boolean(Edited));
  element.classList.toggle('deleted', Boolean(Deleted));
  element.classList.toggle('pinned', Boolean(Pinned));
  element.querySelector('.signs')?.remove();
  if (!Edited && !Pinned) return;
  const signs = document.createElement('p');
  signs.className = 'signs';
  if (Pinned) signs.append(sign('message.pinned_at', Pinned, icon('pin'), t('message.pinned')));
  if (Edited) signs.append(sign('message.edited_at', Edited, t('message.edited')));
  element.querySelector('.bubble').append(signs);
}

function sign(key, at, ...nodes) {
  const span = document.createElement('span');
  span.title = t(key, { time: fullTime(new Date(at)) });
  span.append(...nodes);
  return span;
}
