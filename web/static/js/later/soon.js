// Does something once nobody has asked for it again for a while.

export function soon(pause, run) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, pause);
  };
}
