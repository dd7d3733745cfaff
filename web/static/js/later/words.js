// The page's words, with those that only what is loaded on first use says.

import { learn } from '../words.js';
import { words } from './catalogue.js'; // made by the server in the page's language

learn(words);

export * from '../words.js';
