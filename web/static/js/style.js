// The styles of what is loaded on first use.

const AGAIN = 3000; // milliseconds after they could not be had

const loaded = new Map(); // name → Promise

export function style(name) {
  if (!loaded.has(name)) loaded.set(name, load(name));
  return loaded.get(name);
}

// Without them a dialog is plain, but there: nobody waits for a server that is away.
function load(name) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = new URL(`../css/later/${name}.css`, import.meta.url);
  document.head.append(link);
  return new Promise((resolve) => {
    link.onload = resolve;
    link.onerror = () => {
      resolve();
      link.remove();
      setTimeout(() => load(name), AGAIN);
    };
  });
}
