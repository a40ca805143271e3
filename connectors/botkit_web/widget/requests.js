// What is asked of the host over HTTP: without cookies, and again later where it says so.

/** Statuses of a host that is there and wants to be asked later. */
export const LATER = [408, 429, 503];

/** Posts a body, and gives the answer. */
export const post = (url, body, signal, headers) =>
  fetch(url, { method: "POST", body, signal, headers, credentials: "omit" });

/** Waits so many seconds. */
export const pause = (seconds) => new Promise((wake) => setTimeout(wake, seconds * 1000));
