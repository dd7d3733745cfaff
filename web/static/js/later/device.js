// A code that lets another browser in as me, for as long as it lasts.

import { explain, t } from '../words.js';

const dialog = document.getElementById('device');
const code = dialog.querySelector('.code');
const left = dialog.querySelector('.left');
const again = dialog.querySelector('.again');

export function showDevice(api) {
  dialog.querySelector('.how').textContent = t('device.how', { address: location.host });
  dialog.showModal();
  again.onclick = () => fetchCode(api);
  fetchCode(api);
}

async function fetchCode(api) {
  code.textContent = left.textContent = '';
  again.hidden = true;
  try {
    const { Code, Expires } = await api.post('me/devices');
    code.replaceChildren(...Code.match(/.{1,3}/g).map(inSpan)); // the gap is only to be seen, not copied
    countDown(new Date(Expires));
  } catch (error) {
    left.textContent = explain(error);
    again.hidden = false;
  }
}

function inSpan(text) {
  const span = document.createElement('span');
  span.textContent = text;
  return span;
}

function countDown(end) {
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
    left.textContent = seconds ? t('device.left', { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` }) : t('device.expired');
    again.hidden = seconds > 0;
    if (!seconds) code.textContent = '';
    if (!seconds || !dialog.open) clearInterval(timer);
  };
  const timer = setInterval(tick, 1000);
  tick();
}
