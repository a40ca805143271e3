// The chat page: one socket, a queue of what is not stored yet, and a log built from DOM nodes alone.
"use strict";

(() => {
  const WORDS = {
    en: {
      connecting: "Connecting…", open: "Online", offline: "No connection. Messages are sent when it is back.",
      waiting: "Reconnecting…", write: "Write a message", send: "Send", fresh: "New chat", log: "Messages",
      typing: "An answer is being written", image: "Picture", file: "File", more: "More", you: "You:",
      too_long: "This message is too long and was not sent.", failed: "This message could not be sent.",
      too_many: "This chat is open on too many pages.", sure: "Leave this chat and begin a new one?",
      lost: "Your conversation goes on. Earlier messages are no longer shown here.", again: "What was said last?",
      attach: "Attach a file", remove: "Remove", coming: "is being uploaded", there: "is attached",
      too_large: "is too large; at most {size}.", wrong_type: "is of a type that cannot be sent here.",
      too_many_files: "is more than this chat can take.", no_upload: "could not be uploaded.", empty: "is empty.",
    },
    zh: {
      connecting: "正在连接…", open: "在线", offline: "网络已断开，恢复后会自动发送消息。",
      waiting: "正在重新连接…", write: "输入消息", send: "发送", fresh: "新对话", log: "消息",
      typing: "正在输入回复", image: "图片", file: "文件", more: "更多", you: "您：",
      too_long: "消息太长，未能发送。", failed: "消息未能发送。",
      too_many: "该对话在太多页面中打开。", sure: "要离开当前对话并开始新的对话吗？",
      lost: "对话仍在继续，但之前的消息已无法在此显示。", again: "刚才说到哪里了？",
      attach: "添加文件", remove: "移除", coming: "正在上传", there: "已添加",
      too_large: "太大了，最大 {size}。", wrong_type: "的格式不支持。",
      too_many_files: "无法再添加，文件总量已达上限。", no_upload: "上传失败。", empty: "是空文件。",
    },
    de: {
      connecting: "Verbindung wird aufgebaut…", open: "Online",
      offline: "Keine Verbindung. Nachrichten werden gesendet, sobald sie zurück ist.",
      waiting: "Verbindung wird wiederhergestellt…", write: "Nachricht schreiben", send: "Senden",
      fresh: "Neuer Chat", log: "Nachrichten", typing: "Eine Antwort wird geschrieben", image: "Bild",
      file: "Datei", more: "Mehr", you: "Sie:", too_long: "Diese Nachricht ist zu lang und wurde nicht gesendet.",
      failed: "Diese Nachricht konnte nicht gesendet werden.",
      too_many: "Dieser Chat ist auf zu vielen Seiten geöffnet.",
      sure: "Diesen Chat verlassen und einen neuen beginnen?",
      lost: "Ihr Gespräch geht weiter. Frühere Nachrichten werden hier nicht mehr angezeigt.",
      again: "Was war das Letzte?",
      attach: "Datei anhängen", remove: "Entfernen", coming: "wird hochgeladen", there: "ist angehängt",
      too_large: "ist zu groß; höchstens {size}.", wrong_type: "hat einen Typ, der hier nicht gesendet werden kann.",
      too_many_files: "ist mehr, als dieser Chat aufnehmen kann.", no_upload: "konnte nicht hochgeladen werden.",
      empty: "ist leer.",
    },
    ar: {
      connecting: "جارٍ الاتصال…", open: "متصل", offline: "لا يوجد اتصال. ستُرسل الرسائل عند عودته.",
      waiting: "جارٍ إعادة الاتصال…", write: "اكتب رسالة", send: "إرسال", fresh: "محادثة جديدة", log: "الرسائل",
      typing: "تتم كتابة رد", image: "صورة", file: "ملف", more: "المزيد", you: "أنت:",
      too_long: "هذه الرسالة طويلة جدًا ولم تُرسل.", failed: "تعذر إرسال هذه الرسالة.",
      too_many: "هذه المحادثة مفتوحة في صفحات كثيرة.", sure: "هل تريد مغادرة هذه المحادثة وبدء محادثة جديدة؟",
      lost: "محادثتك مستمرة، لكن الرسائل السابقة لم تعد تظهر هنا.", again: "ما آخر ما قيل؟",
      attach: "إرفاق ملف", remove: "إزالة", coming: "قيد الرفع", there: "مُرفق",
      too_large: "كبير جدًا؛ الحد الأقصى {size}.", wrong_type: "من نوع لا يمكن إرساله هنا.",
      too_many_files: "يتجاوز ما تتسع له هذه المحادثة.", no_upload: "تعذر رفعه.", empty: "فارغ.",
    },
  };
  const locale = (navigator.language || "en").slice(0, 35);
  const language = locale.toLowerCase().split("-")[0];
  const words = WORDS[language] || WORDS.en;
  const at = (id) => document.getElementById(id);
  const root = at("chat");
  const log = at("log");
  const scroll = at("scroll");
  const input = at("text");
  const LONGEST_TYPING = 10000;
  const SLOWEST_RETRY = 30000;

  // ---- what is remembered -------------------------------------------------------------------------------------

  // Storage may be forbidden; then the chat lives as long as the page.
  const keep = (store, key, value) => {
    try {
      if (value === null) window[store].removeItem(key);
      else window[store].setItem(key, JSON.stringify(value));
    } catch { /* the page goes on without */ }
  };
  const recall = (store, key) => {
    try { return JSON.parse(window[store].getItem(key)); } catch { return null; }
  };
  const CHAT = "botkit.chat";
  const PENDING = "botkit.pending";
  const ENTRIES = "botkit.entries"; // what this page shows, for a reload after a restart of the server
  const MOST_ENTRIES = 100;
  const MOST_FILES = 10;
  const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

  let mine = recall("localStorage", CHAT);
  if (!mine || typeof mine.chat !== "string" || typeof mine.token !== "string") mine = null;
  let pending = recall("sessionStorage", PENDING);
  if (!Array.isArray(pending)) pending = [];
  let entries = recall("sessionStorage", ENTRIES);
  if (!mine || !entries || entries.chat !== mine.chat || !Array.isArray(entries.frames)) entries = null;
  let shown = new Map(); // id of an entry → its node
  let last = "";
  let name = document.title;
  let unread = 0;

  const remember = (frame) => {
    if (!mine.spoke) {
      mine.spoke = true;
      keep("localStorage", CHAT, mine);
    }
    if (!entries || entries.chat !== mine.chat) entries = { chat: mine.chat, frames: [] };
    const known = entries.frames.findIndex((other) => other.id === frame.id);
    if (known < 0) entries.frames.push(frame);
    else entries.frames[known] = frame;
    entries.frames = entries.frames.slice(-MOST_ENTRIES);
    keep("sessionStorage", ENTRIES, entries);
  };

  const forget = () => {
    entries = null;
    keep("sessionStorage", ENTRIES, null);
  };

  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // ---- the socket ---------------------------------------------------------------------------------------------

  let socket = null;
  let ready = false;
  let flying = ""; // the id of the message that was sent and is not acknowledged yet: one at a time keeps the order
  let tries = 0;
  let retryTimer = 0;
  let sendTimer = 0;
  let replaying = 0;
  let most = Infinity; // bytes of a message

  const setState = (state) => {
    root.dataset.state = state;
    at("state").textContent = words[state];
  };

  const connect = () => {
    clearTimeout(retryTimer);
    if (socket) return;
    if (navigator.onLine === false) {
      setState("offline");
      return;
    }
    setState(tries ? "waiting" : "connecting");
    const url = new URL("web/socket", document.baseURI);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const opened = new WebSocket(url);
    socket = opened;
    opened.onopen = () => {
      opened.send(JSON.stringify({
        type: "hello", locale: locale.replace(/[^A-Za-z0-9-]/g, "-"), last,
        ...(mine ? { chat: mine.chat, token: mine.token } : {}),
      }));
    };
    opened.onmessage = (event) => {
      if (opened === socket) receive(JSON.parse(event.data));
    };
    opened.onclose = () => {
      if (opened === socket) lose();
    };
  };

  const lose = () => {
    socket = null;
    ready = false;
    flying = "";
    showTyping(false);
    setState(navigator.onLine === false ? "offline" : "waiting");
    // Each page waits a different time, so that a server that comes back is not run over.
    const wait = Math.min(SLOWEST_RETRY, 500 * 2 ** tries) * (0.5 + Math.random() / 2);
    tries += 1;
    retryTimer = setTimeout(connect, wait);
  };

  const hurry = () => {
    if (socket) return;
    tries = 0;
    connect();
  };

  window.addEventListener("online", hurry);
  window.addEventListener("offline", () => {
    setState("offline");
    if (socket) socket.close();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unread = 0;
    document.title = name;
    hurry();
  });

  const flush = () => {
    clearTimeout(sendTimer);
    if (!ready || flying || !pending.length) return;
    const next = pending[0];
    if (next.text && new TextEncoder().encode(next.text).length > most) {
      takeError({ code: "too_long", id: next.id });
      return;
    }
    flying = next.id;
    socket.send(JSON.stringify(next.files ? { ...next, files: next.files.map((file) => file.ref) } : next));
  };

  const post = (frame, text) => {
    pending.push(frame);
    keep("sessionStorage", PENDING, pending);
    showSaid(frame.id, text, true, frame.files);
    toEnd();
    flush();
  };

  const wording = (frame) => frame.text || frame.label || frame.value || "";

  const settle = (id) => {
    pending = pending.filter((frame) => frame.id !== id);
    keep("sessionStorage", PENDING, pending);
    if (flying === id) flying = "";
  };

  // ---- what the server says -----------------------------------------------------------------------------------

  const receive = (frame) => {
    const take = {
      welcome: takeWelcome, reply: takeReply, said: takeSaid, ack: takeAck, typing: () => showTyping(true),
      error: takeError,
    }[frame.type];
    if (take) take(frame);
  };

  const takeWelcome = (frame) => {
    if (mine && (mine.chat !== frame.chat || frame.fresh)) clear();
    const back = mine !== null && mine.chat === frame.chat && !frame.fresh;
    mine = { chat: frame.chat, token: frame.token, spoke: back && mine.spoke === true };
    keep("localStorage", CHAT, mine);
    name = frame.name;
    document.title = name;
    at("name").textContent = name;
    at("avatar").textContent = [...name.trim()][0] || "";
    tries = 0;
    most = frame.most || Infinity;
    ready = true;
    setState("open");
    replaying = frame.missed || 0;
    log.setAttribute("aria-busy", String(replaying > 0));
    if (mine.spoke && !replaying && !shown.size && !pending.length) showLost();
    allow(frame.files);
    for (const waiting of pending) showSaid(waiting.id, wording(waiting), true, waiting.files);
    toEnd();
    flush();
  };

  const replayed = () => {
    if (!replaying) return;
    replaying -= 1;
    if (!replaying) {
      log.setAttribute("aria-busy", "false");
      toEnd();
    }
  };

  const takeReply = (frame) => {
    last = frame.id;
    remember(frame);
    if (!replaying) showTyping(false);
    showReply(frame);
    if (document.hidden && !replaying) {
      unread += 1;
      document.title = `(${unread}) ${name}`;
    }
    replayed();
  };

  const takeSaid = (frame) => {
    last = frame.id;
    remember(frame);
    settle(frame.id);
    showSaid(frame.id, frame.text, false, frame.files);
    replayed();
    flush();
  };

  const takeAck = (frame) => {
    last = frame.id;
    const sent = pending.find((waiting) => waiting.id === frame.id);
    if (sent) remember({ type: "said", id: sent.id, text: wording(sent), files: sent.files });
    settle(frame.id);
    const node = shown.get(frame.id);
    if (node) node.classList.remove("waiting");
    flush();
  };

  const takeError = (frame) => {
    showTyping(false);
    if (frame.code === "too_many") {
      showNotice(words.too_many);
      tries = Math.max(tries, 6);
      return;
    }
    // An unusable frame has no id; it can only be the one that was just sent.
    const id = frame.id || (frame.code.startsWith("bad_") ? flying : "");
    if (!id) return;
    if (frame.retry_after) {
      if (flying === id) flying = "";
      clearTimeout(sendTimer);
      sendTimer = setTimeout(flush, frame.retry_after * 1000 + 50);
      return;
    }
    settle(id);
    const node = shown.get(id);
    if (node) {
      node.classList.remove("waiting");
      node.append(make("p", { class: "note" }, frame.code === "too_long" ? words.too_long : words.failed));
    }
    flush();
  };

  // ---- showing ------------------------------------------------------------------------------------------------

  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  const safeUrl = (text) => {
    try {
      const url = new URL(text, document.baseURI);
      return url.protocol === "http:" || url.protocol === "https:" ? url.href : "";
    } catch { return ""; }
  };

  const link = (url, attributes, ...children) =>
    make("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children);

  // Text stays text; addresses in it become links.
  const linked = (text) => {
    const nodes = [];
    let from = 0;
    for (const found of text.matchAll(/https?:\/\/[^\s<>"'，。；！？、）】》]+/gi)) {
      let address = found[0].replace(/[.,;:!?…]+$/, "");
      if (address.endsWith(")") && !address.includes("(")) address = address.replace(/\)+$/, "");
      const url = safeUrl(address);
      if (!url) continue;
      nodes.push(text.slice(from, found.index), link(url, {}, address));
      from = found.index + address.length;
    }
    nodes.push(text.slice(from));
    return nodes;
  };

  const nearEnd = (grown = 0) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight - grown < 160;
  const toEnd = () => { scroll.scrollTop = scroll.scrollHeight; };

  const put = (id, node) => {
    const follow = nearEnd();
    shown.set(id, node);
    log.append(node);
    if (follow) toEnd();
  };

  const showSaid = (id, text, waiting, files) => {
    const known = shown.get(id);
    if (known) {
      known.classList.toggle("waiting", waiting);
      return;
    }
    const parts = (files || []).map(showFile);
    if (text || !parts.length) {
      parts.push(make("p", { class: "bubble", dir: "auto" },
        make("span", { class: "unseen" }, words.you + " "), ...linked(text)));
    } else {
      parts.unshift(make("span", { class: "unseen" }, words.you + " "));
    }
    put(id, make("li", { class: waiting ? "entry mine waiting" : "entry mine" }, ...parts));
  };

  // A picture that the browser can show is shown; everything else, and one that is gone, is its name.
  const showFile = (file) => {
    const url = safeUrl(file.url);
    const named = () => link(url, { class: "attachment", dir: "auto" }, "↓ " + file.name);
    if (!url || !PICTURES.includes(file.mime)) return named();
    const picture = image(url, file.name);
    const shownAs = link(url, { class: "picture" }, picture);
    picture.addEventListener("error", () => shownAs.replaceWith(named()));
    return shownAs;
  };

  const showReply = (reply) => {
    const parts = [];
    if (reply.agent) parts.push(make("p", { class: "by", dir: "auto" }, reply.agent));
    if (reply.text) parts.push(make("p", { class: "bubble", dir: "auto" }, ...linked(reply.text)));
    const picture = reply.image && safeUrl(reply.image);
    if (picture) parts.push(link(picture, { class: "picture" }, image(picture, reply.text || words.image)));
    const file = reply.file && safeUrl(reply.file);
    if (file) parts.push(link(file, { class: "attachment", dir: "auto" }, "↓ " + fileName(file)));
    if (reply.cards && reply.cards.length) {
      parts.push(make("ul", { class: "cards" }, ...reply.cards.map((card) => showCard(card, reply))));
    }
    if (reply.buttons && reply.buttons.length) parts.push(choices(reply.buttons, reply));
    const entry = make("li", { class: "entry" }, ...parts);
    if (reply.locale) entry.lang = reply.locale;
    const known = shown.get(reply.id);
    if (known) {
      known.replaceWith(entry);
      shown.set(reply.id, entry);
    } else {
      put(reply.id, entry);
    }
  };

  const image = (url, alt) => {
    const node = make("img", { src: url, alt: alt.slice(0, 200), loading: "lazy", referrerpolicy: "no-referrer" });
    node.addEventListener("load", () => { if (nearEnd(node.offsetHeight)) toEnd(); });
    return node;
  };

  const fileName = (url) => {
    const part = new URL(url).pathname.split("/").pop();
    try { return decodeURIComponent(part) || words.file; } catch { return part || words.file; }
  };

  const showCard = (card, reply) => {
    const parts = [];
    const picture = card.image && safeUrl(card.image);
    if (picture) parts.push(image(picture, card.title));
    parts.push(make("h2", { dir: "auto" }, card.title));
    if (card.text) parts.push(make("p", { dir: "auto" }, ...linked(card.text)));
    const url = card.url && safeUrl(card.url);
    if (url) parts.push(link(url, { "aria-label": `${words.more}: ${card.title}` }, words.more));
    if (card.buttons && card.buttons.length) parts.push(choices(card.buttons, reply));
    return make("li", { class: "card" }, ...parts);
  };

  const choices = (buttons, reply) => make("ul", { class: "choices" }, ...buttons.map((button) => {
    const url = button.url && safeUrl(button.url);
    if (url) return make("li", {}, link(url, { class: "choice", dir: "auto" }, button.label));
    const node = make("button", { type: "button", class: "choice", dir: "auto" }, button.label);
    node.addEventListener("click", () => press(node, button, reply));
    return make("li", {}, node);
  }));

  const press = (node, button, reply) => {
    const entry = node.closest(".entry");
    for (const other of entry.querySelectorAll("button.choice")) other.disabled = true;
    node.classList.add("taken");
    post({
      type: "press", id: newId(), label: button.label, question: reply.question || "",
      ...(button.run ? { run: button.run } : { value: button.value || button.label }),
    }, button.label);
    input.focus({ preventScroll: true });
  };

  const showNotice = (text) => log.append(make("li", { class: "system" }, text));

  // The conversation goes on, and neither the server nor this page has kept what was said in it.
  const showLost = () => {
    showNotice(words.lost);
    showReply({ id: newId(), buttons: [{ label: words.again, value: "/repeat" }] });
  };

  const restore = () => {
    log.setAttribute("aria-busy", "true"); // until the welcome: nothing of this is new
    for (const frame of entries ? entries.frames : []) {
      if (frame.type === "reply") showReply(frame);
      else showSaid(frame.id, frame.text, false, frame.files);
      last = frame.id;
    }
    toEnd();
  };

  let typingTimer = 0;
  const showTyping = (on) => {
    clearTimeout(typingTimer);
    const follow = nearEnd();
    at("typing").hidden = !on;
    if (!on) return;
    if (follow) toEnd();
    typingTimer = setTimeout(() => showTyping(false), LONGEST_TYPING);
  };

  const clear = () => {
    log.replaceChildren();
    shown = new Map();
    last = "";
    forget();
  };

  // ---- writing ------------------------------------------------------------------------------------------------

  const grow = () => {
    input.rows = 1;
    const style = getComputedStyle(input);
    const height = parseFloat(style.lineHeight) || 24;
    const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
    input.rows = Math.max(1, Math.min(5, Math.round((input.scrollHeight - padding) / height)));
  };

  const submit = () => {
    const text = input.value.trim();
    if (drafts.some((draft) => !draft.file)) {
      sending = true; // as soon as every file is there
      return;
    }
    sending = false;
    const files = drafts.map((draft) => draft.file);
    if (!text && !files.length) return;
    input.value = "";
    grow();
    drafts = [];
    showDrafts();
    post({ type: "message", id: newId(), text, ...(files.length ? { files } : {}) }, text);
  };

  // ---- files --------------------------------------------------------------------------------------------------

  let drafts = []; // what is to go with the next message: its name, and `file` once it is uploaded
  let sending = false;
  let taken = null;

  const allow = (limits) => {
    taken = limits || null;
    at("attach").hidden = !taken;
    if (taken) at("picked").accept = taken.types.join(",");
  };

  const sizeOf = (bytes) => (bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${+(bytes / 1e6).toFixed(1)} MB`);

  const tell = (draft, said) => {
    at("told").textContent = `${draft.name} ${said}`;
  };

  const showDrafts = () => {
    at("drafts").replaceChildren(...drafts.map((draft) => {
      const remove = make("button", { type: "button", class: "remove", "aria-label": `${words.remove}: ${draft.name}` }, "×");
      remove.addEventListener("click", () => drop(draft));
      const name = make("bdi", {}, draft.name);
      return make("li", { class: draft.file ? "draft" : "draft coming", "aria-busy": String(!draft.file) }, name, remove);
    }));
    at("drafts").hidden = !drafts.length;
  };

  const drop = (draft) => {
    draft.stop.abort();
    drafts = drafts.filter((other) => other !== draft);
    showDrafts();
    input.focus({ preventScroll: true });
    if (sending) submit();
  };

  const refuse = (draft, code) => {
    const why = { too_large: words.too_large, wrong_type: words.wrong_type, too_many: words.too_many_files, empty: words.empty };
    const said = (why[code] || words.no_upload).replace("{size}", sizeOf(taken ? taken.size : 0));
    drafts = drafts.filter((other) => other !== draft);
    sending = false;
    showDrafts();
    showNotice(`${draft.name} ${said}`);
    toEnd();
  };

  const upload = async (draft, content) => {
    const url = new URL("web/files", document.baseURI);
    url.searchParams.set("name", draft.name);
    for (let tries = 0; tries < 5 && !draft.stop.signal.aborted; tries += 1) {
      try {
        const answer = await fetch(url, {
          method: "POST", body: content, signal: draft.stop.signal,
          headers: { "x-chat": mine.chat, "x-chat-token": mine.token, "content-type": "application/octet-stream" },
        });
        const said = await answer.json();
        if (answer.ok) return said;
        if (![408, 429, 503].includes(answer.status)) return { code: said.code };
      } catch { /* the connection; tried again */ }
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
    }
    return { code: "unavailable" };
  };

  const attach = async (content) => {
    if (!taken || !mine || drafts.length >= MOST_FILES) return;
    const chat = mine.chat;
    const draft = { name: content.name || words.file, file: null, stop: new AbortController() };
    drafts.push(draft);
    showDrafts();
    if (content.size > taken.size) return refuse(draft, "too_large");
    if (!content.size) return refuse(draft, "empty");
    tell(draft, words.coming);
    const said = await upload(draft, content);
    if (draft.stop.signal.aborted || !drafts.includes(draft) || !mine || mine.chat !== chat) return undefined;
    if (!said.ref) return refuse(draft, said.code);
    draft.file = said;
    draft.name = said.name;
    tell(draft, words.there);
    showDrafts();
    if (sending) submit();
    return undefined;
  };

  const attachAll = (list) => { for (const content of list) attach(content); };

  at("attach").addEventListener("click", () => at("picked").click());
  at("picked").addEventListener("change", () => {
    attachAll([...at("picked").files]);
    at("picked").value = "";
    input.focus({ preventScroll: true });
  });
  input.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    attachAll([...event.clipboardData.files]);
  });
  root.addEventListener("dragover", (event) => {
    if (!taken || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    root.classList.add("dropping");
  });
  for (const end of ["dragleave", "drop"]) root.addEventListener(end, () => root.classList.remove("dropping"));
  root.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    attachAll([...event.dataTransfer.files]);
  });

  at("form").addEventListener("submit", (event) => {
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
  at("fresh").addEventListener("click", () => {
    if (shown.size && !window.confirm(words.sure)) return;
    mine = null;
    keep("localStorage", CHAT, null);
    pending = [];
    keep("sessionStorage", PENDING, null);
    for (const draft of drafts) draft.stop.abort();
    drafts = [];
    sending = false;
    showDrafts();
    clear();
    showTyping(false);
    const old = socket;
    socket = null;
    ready = false;
    flying = "";
    tries = 0;
    if (old) old.close();
    connect();
    input.focus();
  });

  // ---- begin --------------------------------------------------------------------------------------------------

  if (WORDS[language]) document.documentElement.lang = locale;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  at("label").textContent = words.write;
  input.placeholder = words.write;
  at("send").setAttribute("aria-label", words.send);
  at("attach").setAttribute("aria-label", words.attach);
  at("attach").title = words.attach;
  at("drafts").setAttribute("aria-label", words.attach);
  at("fresh").textContent = words.fresh;
  scroll.setAttribute("aria-label", words.log);
  log.setAttribute("aria-label", words.log);
  at("typing-text").textContent = words.typing;
  at("avatar").textContent = [...name.trim()][0] || "";
  setState("connecting");
  restore();
  connect();
  if (window.matchMedia("(pointer: fine)").matches) input.focus();
})();
