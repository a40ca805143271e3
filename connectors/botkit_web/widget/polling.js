// Long polling, for where sockets are blocked: the same frames by POST. Texts need no preflight of the browser.

import { LATER, pause, post } from "./requests.js";

const LONGEST_WAIT = 25; // seconds that the host may keep a question
const PATIENCE = 15000; // milliseconds beyond it until the question is lost
const UNUSABLE = 400;
const SOON = 3; // seconds, where the host does not say when

/** Opens a line as `openSocket` does. The host keeps nothing of it: each question says who asks, and what is known. */
export function openPolling(host, hello, on) {
  const url = new URL("web/poll", host);
  const asked = new Set();
  let closed = false;
  let heard = false;

  const end = () => {
    if (closed) return false;
    closed = true;
    for (const stop of asked) stop.abort();
    return true;
  };
  const lose = () => { if (end()) on.close(heard); };

  const ask = async (question, wait) => {
    while (!closed) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), wait * 1000 + PATIENCE);
      let answer;
      asked.add(stop);
      try {
        answer = await post(url, JSON.stringify({ ...question, wait }), stop.signal);
        if (!LATER.includes(answer.status)) {
          const said = await answer.json();
          if (answer.status !== UNUSABLE && !said.frames) throw new Error(said.code);
          heard = true;
          return said.frames || [{ type: "error", code: said.code }];
        }
      } finally {
        clearTimeout(timer);
        asked.delete(stop);
      }
      heard = true; // it is there, and says when to come again
      await pause(answer.headers.get("retry-after") || SOON);
    }
    return [];
  };

  const pass = (frames) => { for (const frame of frames) if (!closed) on.frame(frame); };

  const listen = async () => {
    let first = true;
    while (!closed) {
      const since = Date.now();
      const frames = await ask({ hello: first ? { ...hello(), last: "" } : hello() }, first ? 0 : LONGEST_WAIT);
      pass(frames);
      // A host that greets and does not wait is not asked without a pause.
      if (!first && frames.length < 2 && Date.now() - since < 1000) await pause(1);
      first = false;
    }
  };

  listen().catch(lose);
  return {
    send: (frame) => ask({ hello: hello(), frames: [frame] }, 0).then(pass, lose),
    close: end,
    lose,
  };
}
