// A QR code, as an image of squares.

import { style } from '../style.js';

const SVG = 'http://www.w3.org/2000/svg';
const QUIET = 4; // modules of margin that readers need (ISO/IEC 18004)

await style('qr');

// rows: of '0' and '1', from the top
export function qr(rows, label) {
  const size = rows.length + 2 * QUIET;
  const svg = make('svg', { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': label });
  svg.append(make('path', { d: rows.map(dark).join(''), 'shape-rendering': 'crispEdges' }));
  return svg;
}

const dark = (row, y) => [...row.matchAll(/1+/g)]
  .map(({ 0: run, index }) => `M${index + QUIET} ${y + QUIET}h${run.length}v1h-${run.length}z`).join('');

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
