// Files that go with the next message: chosen, pasted or dropped, uploaded at once.

import { button, make } from "./nodes.js";
import { LATER, pause, post } from "./requests.js";

const MOST_FILES = 10;
const TRIES = 5;

const sizeOf = (bytes) => `${+(bytes / 1e6).toPrecision(2)} MB`;

async function upload(host, mine, name, content, signal) {
  const url = new URL(`web/files?name=${encodeURIComponent(name)}`, host);
  for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
    try {
      const answer = await post(url, content, signal, {
        "x-chat": mine.chat, "x-chat-token": mine.token, "content-type": "application/octet-stream",
      });
      const said = await answer.json();
      if (answer.ok) return said;
      if (!LATER.includes(answer.status)) return { code: said.code };
    } catch { /* the connection; tried again */ }
    await pause(2 ** tries / 2);
  }
  return { code: "unavailable" };
}

/** Makes the list of drafts; `does` has `chat()`, `tell(text)`, `refuse(text)`, `complete()` and `focus()`. */
export function makeDrafts(words, host, does) {
  const list = make("ul.drafts", { "aria-label": words.attach, hidden: true });
  let drafts = []; // the name of each, and `file` once it is uploaded
  let taken = null; // what the host takes: `size` of one, and `types`
  let sending = false;

  const show = () => {
    list.replaceChildren(...drafts.map((draft) => {
      const remove = button(`${words.remove}: ${draft.name}`, { class: "remove" }, "×");
      remove.addEventListener("click", () => drop(draft));
      return make("li", { class: draft.file ? "draft" : "draft coming", "aria-busy": String(!draft.file) },
        make("bdi", {}, draft.name), remove);
    }));
    list.hidden = !drafts.length;
  };

  const without = (draft) => {
    drafts = drafts.filter((other) => other !== draft);
    show();
  };

  const drop = (draft) => {
    draft.stop.abort();
    without(draft);
    does.focus();
    if (sending) does.complete();
  };

  const refuse = (draft, code) => {
    sending = false;
    without(draft);
    does.refuse(`${draft.name} ${(words[code === "too_many" ? "too_many_files" : code] || words.no_upload).replace("{size}", sizeOf(taken ? taken.size : 0))}`);
  };

  const attach = async (content) => {
    const mine = does.chat();
    if (!taken || !mine || drafts.length >= MOST_FILES) return;
    const draft = { name: content.name || words.file, file: null, stop: new AbortController() };
    drafts.push(draft);
    show();
    if (content.size > taken.size || !content.size) {
      refuse(draft, content.size ? "too_large" : "empty");
      return;
    }
    does.tell(`${draft.name} ${words.coming}`);
    const said = await upload(host, mine, draft.name, content, draft.stop.signal);
    if (!drafts.includes(draft) || does.chat()?.chat !== mine.chat) return;
    if (!said.ref) {
      refuse(draft, said.code);
      return;
    }
    draft.file = said;
    draft.name = said.name;
    does.tell(`${draft.name} ${words.there}`);
    show();
    if (sending) does.complete();
  };

  return {
    list,
    attach: (files) => [...files].forEach(attach),
    reattach: (files) => {
      for (const file of files) drafts.push({ name: file.name, file, stop: new AbortController() });
      show();
    },
    allow(limits) { taken = limits || null; },
    takes: () => taken !== null,
    /** Gives the uploaded files and forgets them; null while some are on their way, then `complete` is called. */
    collect() {
      sending = drafts.some((draft) => !draft.file);
      if (sending) return null;
      const files = drafts.map((draft) => draft.file);
      drafts = [];
      show();
      return files;
    },
    clear() {
      for (const draft of drafts) draft.stop.abort();
      drafts = [];
      sending = false;
      show();
    },
  };
}
