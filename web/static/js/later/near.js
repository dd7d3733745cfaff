// Puts what lies over the page beside what it belongs to: below it or above, as there is space. On a
// phone the styles make a sheet of it, which rises from the foot.

const GAP = 6; // pixels
const EDGE = 8;

export function near(over, anchor, { sheet = false, above = false } = {}) {
  over.style.inset = '';
  if (sheet && matchMedia('(width < 46rem)').matches) return;
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = over;
  const space = { above: at.top - GAP - EDGE, below: innerHeight - at.bottom - GAP - EDGE };
  const goesUp = above ? space.above >= height : space.below < height && space.above > space.below;
  const top = goesUp ? at.top - GAP - height : at.bottom + GAP;
  const left = at.left + at.width / 2 > innerWidth / 2 ? at.right - width : at.left;
  over.style.inset = `${within(top, innerHeight - height)}px auto auto ${within(left, innerWidth - width)}px`;
}

const within = (at, most) => Math.max(EDGE, Math.min(at, most - EDGE));
