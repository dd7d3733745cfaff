// The sides are drawers only where there is no space for columns; one left open would float.

for (const query of ['(width >= 46rem)', '(width >= 68rem)']) {
  matchMedia(query).addEventListener('change', () => {
    for (const panel of document.querySelectorAll('.panel:popover-open')) panel.hidePopover();
  });
}
