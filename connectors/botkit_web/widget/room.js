// A chat as this browser knows it: in `localStorage` which one it is, for all tabs; in `sessionStorage` what this tab
// shows and what it has not sent. A visitor whom the site has signed has another room than an unnamed one.

import { keep, recall } from "./storage.js";

const MOST_ENTRIES = 100;

/** Opens the room of a name. `chat()` is `{chat, token, expires, spoke, read}` or null. */
export function openRoom(name) {
  const chatKey = `${name} chat`;
  const pendingKey = `${name} pending`;
  const entriesKey = `${name} entries`;
  let pending = recall("sessionStorage", pendingKey);
  if (!Array.isArray(pending)) pending = [];
  let mine = null;
  let entries = null;

  const usable = (chat) => chat?.token && !(chat.expires < Date.now() / 1000);

  const reread = (gone) => {
    const found = recall("localStorage", chatKey);
    if (usable(found)) mine = found;
    else if (gone || !usable(mine)) mine = null;
    return mine;
  };

  const room = {
    key: chatKey,
    reread,
    chat: () => mine,
    setChat(chat) {
      mine = chat;
      keep("localStorage", chatKey, chat);
    },
    pending: () => pending,
    setPending(frames) {
      pending = frames;
      keep("sessionStorage", pendingKey, frames.length ? frames : null);
    },
    entries: () => (entries ? entries.frames : []),
    remember(frame, order) {
      if (!entries || entries.chat !== mine.chat) entries = { chat: mine.chat, frames: [] };
      const others = entries.frames.filter((other) => other.id !== frame.id);
      const frames = [...others, frame].sort((one, other) => order(one.id) - order(other.id));
      entries.frames = frames.slice(-MOST_ENTRIES);
      keep("sessionStorage", entriesKey, entries);
    },
    forgetEntries() {
      entries = null;
      keep("sessionStorage", entriesKey, null);
    },
    leave() {
      room.forgetEntries();
      room.setPending([]);
      room.setChat(null);
    },
  };
  reread();
  entries = recall("sessionStorage", entriesKey);
  if (!mine || !entries || entries.chat !== mine.chat || !Array.isArray(entries.frames)) entries = null;
  return room;
}
