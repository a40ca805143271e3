// The panel: who speaks and how the line is, the log, and the box in which the customer writes.

import { converse } from "./conversation.js";
import { makeEntries } from "./entries.js";
import { makeDrafts } from "./files.js";
import { act, button, icon, make } from "./nodes.js";
import { fill } from "./words.js";

const CLIP = "M17 7v9a5 5 0 0 1-10 0V6a3 3 0 0 1 6 0v10a1 1 0 0 1-2 0V7";
const ARROW = "M5 12h14m-6-6 6 6-6 6";
const PEN = "M4 20l1-5L15 5l4 4L9 19zM13 7l4 4";
const CROSS = "M6 6l12 12M18 6 6 18";

/** Builds a panel. `options`: host, bot, locale, title, inline, signal; `does`: `close()`, `news(count)`, `seen()`, `tell(event, detail)`. */
export function makePanel({ language, dir, words }, options, does) {
  const { host, inline } = options;
  let name = "";
  let state = "connecting";
  let owner = "";
  let agent = "";
  let busy = false;
  let read = "";
  let replies = []; // ids of what was said to the customer, in order

  const avatar = make("span.avatar", { "aria-hidden": "true" });
  const title = make("bdi", {});
  const line = make("p.state", { role: "status" });
  const told = make("p.unseen", { role: "status" });
  const fresh = button(words.fresh, { class: "plain fresh" }, icon(PEN));
  const close = button(words.close, { class: "plain close" }, icon(CROSS));
  const input = make("textarea", { rows: "1", dir: "auto", autocomplete: "off", enterkeyhint: "send", placeholder: words.write, "aria-label": words.write });
  const picked = make("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-label": words.attach });
  const clip = button(words.attach, { class: "plain attach", hidden: true }, icon(CLIP));
  const send = button(words.send, { class: "send", type: "submit" }, icon(ARROW));
  const ask = make("div.ask", { role: "group", "aria-label": words.sure, hidden: true });

  // On a screen that is touched the keyboard would cover what was said.
  const focus = () => {
    const at = input.matches(":focus") || window.matchMedia("(pointer: fine)").matches ? input : panel;
    at.focus({ preventScroll: true });
  };
  const say = (text) => { told.textContent = text; };
  const post = (frame) => conversation.post(frame);

  const pressed = (one, reply) => ({
    type: "press", label: one.label, question: reply.question || "",
    ...(one.run ? { run: one.run } : { value: one.value || one.label }),
  });
  const entries = makeEntries(words, host, {
    name: () => name,
    press: (one, reply) => {
      post(pressed(one, reply));
      focus();
    },
    rate: (one, reply, score) => {
      post(pressed(one, reply));
      does.tell("rating", { score, most: reply.scale });
      focus();
    },
    retry: (id) => {
      conversation.retry(id);
      focus();
    },
    edit: (id) => {
      const { text, files, failed } = conversation.takeBack(id);
      input.value = text + (input.value && `\n${input.value}`);
      if (files && failed !== "unknown_file") drafts.reattach(files);
      grow();
      input.focus();
    },
    remove: (id) => {
      conversation.takeBack(id);
      focus();
    },
  });
  const drafts = makeDrafts(words, host, {
    chat: () => conversation.chat(), tell: say, focus, complete: () => submit(),
    refuse: (text) => entries.showNotice(text),
  });

  const form = make("form.write", { novalidate: true }, drafts.list, clip, picked, input, send);
  const head = make("header", {}, avatar, make("div.who", {}, make("h2", { id: "name" }, title), line), fresh, inline ? "" : close);
  const panel = make(inline ? "section" : "dialog", {
    class: "chat", id: "panel", "aria-labelledby": "name", lang: language, dir, tabindex: "-1",
  }, head, entries.scroll, ask, form, told);

  // ---- what is shown above

  const showState = () => {
    panel.dataset.state = state;
    const person = owner === "queue" ? words.person : owner === "human" && agent ? fill(words.human, { name: agent }) : "";
    const text = (state === "open" && person) || words[state];
    if (line.textContent !== text) line.textContent = text;
    panel.dataset.owner = owner;
  };
  const setName = (text) => {
    name = text || words.start;
    title.textContent = name;
    avatar.textContent = [...name.trim()][0];
  };

  const seen = (id) => replies.lastIndexOf(id);
  const count = () => replies.length - 1 - Math.max(seen(read), seen(conversation.chat()?.read));
  const countNews = () => {
    if (replies.length && does.seen()) {
      read = replies[replies.length - 1];
      conversation.read(read);
    }
    does.news(count());
  };

  const view = {
    ...entries,
    setState: (to) => {
      if (to === state) return;
      state = to;
      showState();
      does.tell("state", to);
    },
    welcome: (frame) => {
      setName(options.title || frame.name);
      entries.expectStreams();
      drafts.allow(frame.files);
      clip.hidden = !frame.files;
      picked.accept = frame.files ? frame.files.types.join(",") : "";
    },
    setBusy: (on) => {
      if (on === busy) return; // who polls is greeted each time, and may be reading above
      busy = on;
      entries.log.setAttribute("aria-busy", String(on));
      if (on) return;
      entries.toEnd();
      countNews();
    },
    setRead: () => does.news(count()),
    showReply: (frame, isNew) => {
      entries.showReply(frame);
      replies.push(frame.id);
      if ("owner" in frame) owner = frame.owner;
      agent = frame.agent || agent;
      showState();
      if (!busy) countNews();
      if (isNew) does.tell("reply", { id: frame.id, text: frame.text, agent: frame.agent || "" });
    },
    setStatus: (id, status) => {
      entries.setStatus(id, status);
      if (status !== "queued" && status !== "sent") say(words[status]);
    },
    showNotice: (word) => entries.showNotice(words[word]),
    // The conversation goes on, and neither the server nor this page has kept what was said in it.
    showLost: () => {
      entries.showNotice(words.lost);
      entries.showReply({ id: "lost", text: "", buttons: [{ label: words.last, value: "/repeat" }] });
    },
    told: does.tell,
    clear: () => {
      entries.clear();
      entries.showTyping(null);
      replies = [];
      owner = "";
      agent = "";
      showState();
      does.news(0);
    },
  };
  const conversation = converse({ ...options, view });

  // ---- writing

  const grow = () => {
    const { style } = input;
    style.height = "";
    style.height = `${input.scrollHeight + 2}px`; // and its borders
  };

  const submit = () => {
    const text = input.value.trim();
    const files = drafts.collect();
    if (!files || !(text || files.length)) return; // as soon as every file is there
    input.value = "";
    grow();
    post({ type: "message", text, ...(files.length ? { files } : {}) });
  };

  const begin = () => {
    ask.hidden = true;
    input.value = "";
    drafts.clear();
    conversation.renew();
    focus();
  };

  const no = act("choice", words.no, () => {
    ask.hidden = true;
    focus();
  });
  ask.append(make("p", {}, words.sure), act("choice", words.yes, begin), no);
  fresh.addEventListener("click", () => {
    if (!entries.log.childElementCount) {
      begin();
      return;
    }
    ask.hidden = false;
    no.focus();
  });
  close.addEventListener("click", does.close);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    input.focus();
  });
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    // While an input method composes (Chinese, Japanese), Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });

  clip.addEventListener("click", () => picked.click());
  picked.addEventListener("change", () => {
    drafts.attach(picked.files);
    picked.value = "";
    focus();
  });
  const take = (event, files) => {
    event.stopPropagation();
    if (!files.length) return;
    event.preventDefault();
    drafts.attach(files);
  };
  input.addEventListener("paste", (event) => take(event, event.clipboardData.files));
  panel.addEventListener("dragover", (event) => {
    if (!drafts.takes() || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
  });
  panel.addEventListener("drop", (event) => take(event, event.dataTransfer.files));

  setName(options.title || conversation.chat()?.name);
  showState();
  return {
    panel,
    focus,
    conversation,
    look: () => {
      entries.toEnd();
      countNews();
    },
    send: (text) => post({ type: "message", text: String(text) }),
  };
}
