// Elements, said briefly: el('button.quiet.close', { type: 'button' }, 'Close'). An attribute that
// is true stands without a value, one that is false not at all.

export function el(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split('.');
  const element = document.createElement(tag);
  element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}
