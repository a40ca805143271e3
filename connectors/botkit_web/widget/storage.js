// What outlives the page. Storage may be forbidden; then the chat lives as long as the page.

/** Keeps a value under a key of `localStorage` or `sessionStorage`; null takes it away. */
export function keep(store, key, value) {
  try {
    if (value === null) window[store].removeItem(key);
    else window[store].setItem(key, JSON.stringify(value));
  } catch { /* the page goes on without */ }
}

/** Gives what is kept under a key, or null. */
export function recall(store, key) {
  try {
    return JSON.parse(window[store].getItem(key));
  } catch {
    return null;
  }
}

/** Makes an id that no other message has. */
export const newId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
