// What an owner's script may ask, of the one widget of the page; where none stands in it, one is put there.

/** What an element does: opens, closes, says a text in the customer's name, is told who the visitor is. */
export const NAMES = ["open", "close", "send", "identify"];

/** Gives the widget of the page; one that is put there has these `data-` attributes. */
export function find(settings) {
  let element = document.querySelector("botkit-chat");
  if (!element) {
    element = document.createElement("botkit-chat");
    Object.assign(element.dataset, settings);
    document.body.append(element);
  }
  return element;
}

/** The functions of `NAMES`, and `on(name, heard)`, which calls `heard(detail)` at each event and gives a function that ends it. */
export const api = {};
for (const name of [...NAMES, "on"]) api[name] = (...values) => find()[name](...values);
