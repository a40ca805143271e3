// One socket to the host. A line, like that of polling.js: `send(frame)` and `close()`, and what it tells `on`.

const SLOWEST_HELLO = 10000; // until the first frame has come; a proxy may let a socket open and pass nothing

/** Opens a line: `on.open(line)` at its first frame, `on.frame(frame)`, `on.close(heard)`; after `close()` it tells nothing any more. */
export function openSocket(host, hello, on) {
  const url = new URL("web/socket", host);
  url.protocol = url.protocol.replace("http", "ws");
  let heard = false;
  let socket = null;
  let timer = 0;
  const end = () => {
    clearTimeout(timer);
    if (!socket) return false;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
    return true;
  };
  const lose = () => { if (end()) on.close(heard); };
  const line = {
    send: (frame) => { if (socket && socket.readyState === 1) socket.send(JSON.stringify(frame)); },
    close: end,
    lose,
  };
  try {
    socket = new WebSocket(url);
  } catch { // the page's policy forbids it
    setTimeout(() => on.close(false));
    return line;
  }
  timer = setTimeout(lose, SLOWEST_HELLO);
  socket.onopen = () => line.send(hello());
  socket.onmessage = (event) => {
    if (!heard) on.open(line);
    heard = true;
    clearTimeout(timer);
    on.frame(JSON.parse(event.data));
  };
  socket.onclose = lose;
  return line;
}
