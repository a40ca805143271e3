// Keeps a line to the host: sockets while they open, long polling where they do not, again and again.

import { openPolling } from "./polling.js";
import { keep, recall } from "./storage.js";
import { openSocket } from "./websocket.js";

const BLOCKED = "botkit polling"; // of this tab: sockets are blocked here
const SLOWEST_RETRY = 30000;
const UNTIL_PROBE = 300000; // until sockets are tried again beside the polling
const FAILURES = 2; // sockets in a row that never opened, with the network on
const FAILURES_LATER = 6; // where one has opened before, it is rather the host that is away

/** Makes a connection; `on.frame(frame)`, `on.lost()`, `on.state(name)`. Nothing is opened before `connect()`, nor after `signal`. */
export function keepConnection(host, hello, signal, on) {
  let line = null;
  let probe = null;
  let tries = 0;
  let failures = 0;
  let worked = false;
  let retryTimer = 0;
  let probeTimer = 0;
  let stopped = true;

  const isOffline = () => !navigator.onLine;

  const connect = () => {
    clearTimeout(retryTimer);
    stopped = false;
    if (line) return;
    if (isOffline()) {
      on.state("offline");
      return;
    }
    on.state(tries ? "waiting" : "connecting");
    const polls = recall("sessionStorage", BLOCKED);
    const opened = (polls ? openPolling : openSocket)(host, hello, {
      open: () => {},
      frame: on.frame,
      close: (heard) => {
        if (!polls) noteFailure(heard);
        else if (!heard) keep("sessionStorage", BLOCKED, null); // the host is away; who knows what is blocked
        lose();
      },
    });
    line = opened;
    if (polls) probeTimer = setTimeout(tryAgain, UNTIL_PROBE);
  };

  const noteFailure = (heard) => {
    worked ||= heard;
    if (heard) failures = 0;
    else if (!isOffline()) failures += 1;
    if (failures < (worked ? FAILURES_LATER : FAILURES)) return;
    failures = 0;
    tries = 0;
    keep("sessionStorage", BLOCKED, true);
  };

  // While the polling goes on, a socket is tried beside it; one that opens takes over.
  const tryAgain = () => {
    const again = () => { probeTimer = setTimeout(tryAgain, UNTIL_PROBE); };
    probe = openSocket(host, hello, {
      open: (opened) => {
        if (line) line.close();
        on.lost();
        line = opened;
        keep("sessionStorage", BLOCKED, null);
      },
      frame: on.frame,
      close: () => {
        if (line === probe) lose();
        else again();
      },
    });
  };

  const lose = () => {
    clearTimeout(probeTimer);
    line = null;
    on.lost();
    if (stopped) return;
    on.state(isOffline() ? "offline" : "waiting");
    // Each page waits a different time, so that a server that comes back is not run over.
    const wait = Math.min(SLOWEST_RETRY, 500 * 2 ** tries) * (0.5 + Math.random() / 2);
    tries += 1;
    retryTimer = setTimeout(connect, wait);
  };

  const hurry = () => {
    if (stopped || line) return;
    tries = 0;
    connect();
  };

  const drop = () => {
    if (line) line.lose();
    else if (!stopped) on.state("offline");
  };

  const stop = () => {
    stopped = true;
    clearTimeout(retryTimer);
    clearTimeout(probeTimer);
    if (probe && probe !== line) probe.close();
    if (line) line.close();
    if (line) on.lost();
    line = null;
  };

  const look = () => { if (!document.hidden) hurry(); };
  window.addEventListener("online", hurry, { signal });
  window.addEventListener("offline", drop, { signal });
  document.addEventListener("visibilitychange", look, { signal });

  signal.addEventListener("abort", stop);

  return {
    connect,
    stop,
    send: (frame) => { if (line) line.send(frame); },
    renew: () => { if (line) line.lose(); },
    greeted: () => { tries = 0; failures = 0; },
    slow: () => { tries = Math.max(tries, 6); },
  };
}
