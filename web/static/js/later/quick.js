// The emoji that are one click away: those this browser's people took lately, then the usual ones.

import { browser } from '../storage.js';

const KEY = 'gochatting.emoji';
export const usualEmoji = ['👍', '❤️', '😂', '🎉', '👀', '🙏'];
const KEPT = 24;

export const recentEmoji = () => (browser.get(KEY) ?? '').split(' ').filter(Boolean);

export const quickEmoji = () => [...new Set([...recentEmoji(), ...usualEmoji])].slice(0, usualEmoji.length);

export function tookEmoji(emoji) {
  browser.set(KEY, [...new Set([emoji, ...recentEmoji()])].slice(0, KEPT).join(' '));
}
