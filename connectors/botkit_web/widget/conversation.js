// What is said: a queue of what is not stored yet, what the host tells, and who the visitor is. It shows nothing
// itself, but tells a view; it knows nothing of nodes.

import { keepConnection } from "./connection.js";
import { openRoom } from "./room.js";
import { newId } from "./storage.js";

const MENDABLE = ["too_long", "unknown_file"];
const LONGEST_TIMER = 2 ** 31 - 1;
const SHORTEST_IDENTITY = 60000; // however wrong the clock is, no other one is asked for sooner
const LONGEST_ACK = 15000; // until a line that does not acknowledge is thought dead

/** Begins a conversation `{host, bot, locale, signal}` that tells `view`; `connect()` opens the line. */
export function converse({ host, bot, locale, signal, view }) {
  const home = `botkit ${host} ${bot}`;
  let who = {};
  let named = ""; // the visitor whom the site has signed
  let ends = 0; // when that runs out, in milliseconds
  let asked = false; // for another identity, and none that is good has come
  let accepted = true; // the identity
  let askTimer = 0;
  let room = openRoom(home);
  let shown = new Set(); // ids, in the order in which they are shown
  let last = "";
  let ready = false;
  let flying = ""; // the message that was sent and is not acknowledged: one at a time keeps the order
  let sendTimer = 0;
  let ackTimer = 0;
  let replaying = 0;
  let known = false; // this page was welcomed before: what it missed is new to it
  let old = 0; // entries to come that are not
  let fresh = false;
  let forgot = false; // a chat that could not be used
  let most = Infinity; // bytes of a message
  let wanted = false;

  const askWho = () => {
    if (!asked) view.told("identity");
    asked = true;
  };

  const hello = () => {
    const mine = room.chat();
    clearTimeout(askTimer);
    if (ends) askTimer = setTimeout(askWho, Math.min(ends - Date.now(), LONGEST_TIMER));
    return {
      type: "hello", locale: locale.replace(/[\W_]/g, "-").slice(0, 35), last,
      bot, ...who, fresh, chat: mine?.chat, token: mine?.token,
    };
  };

  const connection = keepConnection(host, hello, signal, {
    frame: (frame) => receive(frame),
    lost: () => {
      ready = false;
      flying = "";
      clearTimeout(ackTimer);
      view.showTyping(null);
    },
    state: view.setState,
  });

  // ---- the queue

  const wording = (frame) => frame.text || frame.label || frame.value || "";
  const waitingOf = (id) => room.pending().find((frame) => frame.id === id);
  const order = (id) => [...shown].indexOf(id);

  const remember = (frame) => {
    const mine = room.chat();
    if (!mine) return;
    if (!mine.spoke) room.setChat({ ...mine, spoke: true });
    room.remember(frame, order);
  };

  const show = (frame, status) => {
    shown.add(frame.id);
    view.showSaid({ id: frame.id, text: wording(frame), files: frame.files }, status);
  };

  const flush = () => {
    clearTimeout(sendTimer);
    const next = room.pending().find((frame) => !frame.failed);
    if (!ready || flying || !next) return;
    if (next.text?.length > most) { // the host counts bytes, which are no less
      takeError({ code: "too_long", id: next.id });
      return;
    }
    flying = next.id;
    connection.send(next.files ? { ...next, files: next.files.map((file) => file.ref) } : next);
    ackTimer = setTimeout(connection.renew, LONGEST_ACK);
  };

  const settle = (id) => {
    const others = room.pending().filter((frame) => frame.id !== id);
    land(id);
    if (others.length === room.pending().length) return;
    room.setPending(others);
    if (shown.delete(id)) shown.add(id); // its place is after all that came before it was stored
  };

  const land = (id) => {
    if (flying !== id) return;
    clearTimeout(ackTimer);
    flying = "";
  };

  const post = (frame) => {
    const sent = { id: newId(), ...frame };
    room.setPending([...room.pending(), sent]);
    show(sent, "queued");
    view.told("message", { id: sent.id, text: wording(sent) });
    asked = false;
    connect();
    flush();
  };

  const retry = (id) => {
    const found = waitingOf(id);
    if (!found) return;
    const { failed, ...frame } = found;
    room.setPending([...room.pending().filter((other) => other !== found), frame]);
    shown.delete(id);
    view.drop(id);
    show(frame, "queued");
    connect();
    flush();
  };

  const takeBack = (id) => {
    const found = waitingOf(id);
    settle(id);
    shown.delete(id);
    view.drop(id);
    return { ...found, text: found ? wording(found) : "" };
  };

  // ---- what the host says

  const takeWelcome = (frame) => {
    const mine = room.chat();
    if (mine && (mine.chat !== frame.chat || frame.fresh)) clear();
    const back = mine !== null && mine.chat === frame.chat && !frame.fresh;
    fresh = false;
    room.setChat({
      chat: frame.chat, token: frame.token, expires: frame.expires, name: frame.name,
      spoke: back && mine.spoke === true, read: back ? mine.read || "" : "",
    });
    connection.greeted();
    most = frame.most || Infinity;
    ready = true;
    replaying = frame.missed || 0;
    old = known ? 0 : replaying;
    known = true;
    if (!accepted) asked = false;
    accepted = true;
    view.setBusy(replaying > 0);
    view.welcome(frame);
    view.setState("open");
    if (room.chat().spoke && !replaying && !shown.size && !room.pending().length) view.showLost();
    for (const waiting of room.pending()) if (!shown.has(waiting.id)) show(waiting, waiting.failed || "queued");
    flush();
  };

  const replayed = () => {
    if (old) old -= 1;
    if (!replaying) return;
    replaying -= 1;
    if (!replaying) view.setBusy(false);
  };

  const takeReply = (frame) => {
    last = frame.id;
    if (!shown.has(frame.id)) {
      shown.add(frame.id);
      remember(frame);
      if (!replaying) view.showTyping(null);
      view.showReply(frame, !old);
    }
    replayed();
  };

  const takeSaid = (frame) => {
    last = frame.id;
    settle(frame.id);
    show(frame, "sent");
    remember(frame);
    replayed();
    flush();
  };

  const takeAck = (frame) => {
    last = frame.id;
    const sent = waitingOf(frame.id);
    settle(frame.id);
    if (sent) {
      remember({ type: "said", id: sent.id, text: wording(sent), files: sent.files });
      view.setStatus(frame.id, "sent");
    }
    flush();
  };

  const refuse = (state) => {
    connection.stop();
    view.setState(state);
  };

  // What this page knows of its chat cannot be used: it begins another one, once.
  const startOver = () => {
    if (forgot || !room.chat()) {
      refuse("refused");
      return;
    }
    forgot = true;
    clear();
    room.setChat(null);
    connection.renew();
  };

  const takeError = (frame) => {
    view.showTyping(null);
    if (frame.code === "too_many" || frame.code === "too_many_here") {
      view.showNotice("too_many");
      connection.slow();
      return;
    }
    if (frame.code === "identity" || frame.code === "other_bot") {
      refuse(frame.code === "identity" && room.chat() ? "expired" : "refused");
      if (frame.code === "identity") askWho();
      return;
    }
    if (!ready && frame.code.startsWith("bad_")) {
      startOver();
      return;
    }
    // An unusable frame has no id; it can only be the one that was just sent.
    const id = frame.id || (frame.code.startsWith("bad_") ? flying : "");
    if (!id) return;
    land(id);
    if (frame.retry_after) {
      clearTimeout(sendTimer);
      sendTimer = setTimeout(flush, frame.retry_after * 1000 + 50);
      return;
    }
    const status = MENDABLE.includes(frame.code) ? frame.code : "failed";
    room.setPending(room.pending().map((other) => (other.id === id ? { ...other, failed: status } : other)));
    view.setStatus(id, status);
    flush();
  };

  const takes = {
    welcome: takeWelcome, reply: takeReply, said: takeSaid, ack: takeAck, error: takeError,
    typing: (frame) => view.showTyping(frame),
    stream: (frame) => { if (!shown.has(frame.id)) view.showStream(frame); },
  };

  const receive = (frame) => {
    if (Object.hasOwn(takes, frame.type)) takes[frame.type](frame);
  };

  // ---- the room

  const clear = () => {
    shown = new Set();
    last = "";
    room.forgetEntries();
    view.clear();
  };

  const restore = () => {
    view.setBusy(true); // until the welcome: nothing of this is new
    for (const frame of room.entries()) {
      shown.add(frame.id);
      if (frame.type === "reply") view.showReply(frame, false);
      else view.showSaid(frame, "sent");
      last = frame.id;
    }
    for (const waiting of room.pending()) show(waiting, waiting.failed || "queued");
    if (!room.chat()) view.setBusy(false);
  };

  const connect = () => {
    wanted = true;
    const before = room.chat();
    const mine = room.reread();
    if (before && mine && before.chat !== mine.chat) clear();
    connection.connect();
  };

  const reset = () => {
    connection.stop();
    known = false;
    shown = new Set();
    last = "";
    view.clear();
  };

  const resume = () => {
    if (wanted || room.pending().length || (room.chat() && room.chat().spoke)) connect();
  };

  const begin = () => {
    restore();
    resume();
  };

  // Another tab has begun a new chat, joined this one's room first, or left it: two tabs show one conversation.
  const follow = (event) => {
    if (event.key !== room.key) return;
    const before = room.chat();
    const mine = room.reread(true);
    if (before?.chat === mine?.chat) {
      view.setRead();
      return;
    }
    reset();
    room.forgetEntries();
    restore();
    if (mine) resume();
  };
  window.addEventListener("storage", follow, { signal });

  const claimsOf = (jwt) => {
    try {
      return JSON.parse(atob(jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    } catch {
      return { sub: jwt };
    }
  };

  return {
    begin,
    connect,
    post,
    retry,
    takeBack,
    chat: () => room.chat(),
    read(id) {
      const mine = room.chat();
      if (!mine || mine.read === id) return;
      // What is not known here is older when all is here; else another tab has read what is newer.
      const at = order(mine.read);
      if (at < 0 ? ready || !mine.read : at < order(id)) room.setChat({ ...mine, read: id });
    },
    renew() {
      reset();
      room.leave();
      fresh = true;
      connect();
    },
    /** Says who the visitor is: a JWT, `{id, hash}`, or null for nobody any more. */
    identify(visitor) {
      const { sub, exp } = !visitor ? { sub: "" } : visitor.id ? { sub: visitor.id } : claimsOf(visitor);
      who = !visitor ? {} : visitor.id ? { user: visitor.id, user_hash: visitor.hash } : { identity: visitor };
      ends = exp ? Math.max(exp * 1000, Date.now() + SHORTEST_IDENTITY) : 0;
      accepted = false;
      clearTimeout(askTimer);
      if (sub === named) {
        connection.stop();
        resume();
        return;
      }
      reset();
      // What nobody in particular waits to say goes along; what somebody says is nobody else's.
      const waiting = named ? [] : room.pending();
      if (!named || !visitor) room.leave();
      named = sub;
      room = openRoom(`${home}${sub && ` ${sub}`}`);
      if (waiting.length) room.setPending([...room.pending(), ...waiting]);
      begin();
    },
  };
}
