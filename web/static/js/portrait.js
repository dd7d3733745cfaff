// A person's name, picture and standing, wherever they are shown.

import { t } from './words.js';

// Who has left has none.
export const nameOf = ({ Name }) => Name || t('somebody');

export function portray(element, user) {
  element.querySelector('.name').textContent = nameOf(user);
  element.classList.toggle('verified', user.Verified);
  element.classList.toggle('typed', !user.Verified);
  element.querySelector('.portrait').title = t(user.Verified ? 'standing.verified' : 'standing.typed');
  const picture = element.querySelector('.avatar');
  const source = new URL(user.Gravatar, location);
  source.searchParams.set('s', Math.ceil(picture.getAttribute('width') * Math.max(devicePixelRatio, 1)));
  if (picture.src !== source.href) picture.src = source;
}

// A picture that cannot be had, as while the server is away, is left out until it can be.
document.addEventListener('error', ({ target }) => target.matches?.('.avatar') && target.classList.add('lost'), true);
document.addEventListener('load', ({ target }) => target.matches?.('.avatar') && target.classList.remove('lost'), true);

export function findLost() {
  for (const picture of document.querySelectorAll('.avatar.lost')) picture.src = picture.src; // loads it again
}
