// Into the clipboard, also where there is no TLS and with it no navigator.clipboard.

import { t } from './words.js';

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text);
  }
}

// Shows on the button itself that it was done.
export async function copyBy(button, text) {
  if (!await copy(text)) return;
  const label = button.ariaLabel;
  button.classList.add('done');
  button.ariaLabel = t('copied');
  setTimeout(() => {
    button.classList.remove('done');
    button.ariaLabel = label;
  }, 2000);
}

function byHand(text) {
  const at = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  at?.focus({ preventScroll: true });
  return done;
}
