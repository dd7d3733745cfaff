// The sides are drawers only where there is no space for columns; one left open would float, and
// one that the keyboard has left would cover what it goes to.

for (const query of ['(width >= 46rem)', '(width >= 68rem)']) {
  matchMedia(query).addEventListener('change', () => {
    for (const panel of document.querySelectorAll('.panel:popover-open')) panel.hidePopover();
  });
}

for (const panel of document.querySelectorAll('.panel')) {
  panel.addEventListener('click', ({ target }) => target.closest('a') && panel.matches(':popover-open') && panel.hidePopover());
  panel.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget && !panel.contains(relatedTarget) && panel.matches(':popover-open')) panel.hidePopover();
  });
}
