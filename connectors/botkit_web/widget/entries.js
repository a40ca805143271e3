// The log: what was said, in order. What waits to be sent stands last, and a text that still grows below everything,
// where a screen reader does not read it; it is read once, when it has become a reply.

import { beside, makeScale } from "./scale.js";
import { act, bodied, icon, isPicture, link, linked, make, picture, safeUrl } from "./nodes.js";
import { fill } from "./words.js";

const LONGEST_TYPING = 10000;
const RETOLD = 500; // milliseconds after a welcome
const NEAR = 160; // pixels from the end within which the end is followed
const DOWN = "M12 4v11m-5-5 5 5 5-5M5 20h14";

/** Makes the log; `does` has `press`, `rate`, `retry`, `edit`, `remove`, and `name()` of who speaks for the bot. */
export function makeEntries(words, host, does) {
  const log = make("div.log", { role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": words.log });
  const growing = make("div.log.growing", { "aria-live": "off" });
  const typist = make("span.by", {});
  const typing = make("p.typing", { hidden: true }, typist,
    make("span.dots", { "aria-hidden": "true" }, make("i", {}), make("i", {}), make("i", {})),
    make("span.unseen", {}, words.typing));
  const scroll = make("div.scroll", { tabindex: "0", role: "region", "aria-label": words.log }, log, growing, typing);
  const shown = new Map();
  const streams = new Map();
  let typingTimer = 0;
  let round = 0; // of welcomes
  let newestSent = null;

  // Whoever is where the end was when it was last shown follows what has come since, pictures too.
  let end = 0;
  const isNear = () => scroll.scrollTop + scroll.clientHeight > Math.min(end, scroll.scrollHeight) - NEAR;
  const toEnd = () => { scroll.scrollTop = end = scroll.scrollHeight; };
  const following = (change) => {
    const follow = isNear();
    change();
    if (follow) toEnd();
  };

  const firstWaiting = () => log.querySelector(".waiting");
  const put = (id, node, last) => following(() => {
    shown.set(id, node);
    log.insertBefore(node, last ? null : firstWaiting());
  });

  const image = (url, alt, named) => picture(url, alt, () => isNear() && toEnd(), named);
  const attachment = (url, name) => link(url, { class: "attachment", dir: "auto" }, icon(DOWN), name);
  const nameOf = (url) => {
    const part = new URL(url).pathname.split("/").pop();
    try { return decodeURIComponent(part) || words.file; } catch { return part; }
  };

  // A picture that the browser can show is shown; everything else, and one that does not come, is its name.
  const pictured = (url, name) => {
    const shownAs = link(url, { class: "picture" });
    shownAs.append(image(url, name, () => shownAs.replaceWith(attachment(url, name))));
    return shownAs;
  };
  const filed = (file) => {
    const url = safeUrl(file.url, host);
    return url && isPicture(file.mime) ? pictured(url, file.name) : attachment(url, file.name);
  };

  // ---- what the customer said

  const statusOf = (id, status) => {
    if (status === "queued" || status === "sent") return [words[status]];
    const mends = Object.entries({ again: does.retry, edit: does.edit, remove: does.remove });
    if (status !== "failed") mends.shift();
    return [words[status], ...mends.flatMap(([word, mend]) => [" ", act("again", words[word], () => mend(id))])];
  };

  const setStatus = (id, status) => {
    const node = shown.get(id);
    if (!node) return;
    const bad = status !== "queued" && status !== "sent";
    node.classList.toggle("waiting", status === "queued");
    node.classList.toggle("failed", bad);
    const line = node.querySelector(".status");
    line.replaceChildren(...statusOf(id, status));
    if (status !== "sent") return;
    if (newestSent && newestSent !== line) newestSent.replaceChildren();
    newestSent = line;
  };

  const showSaid = ({ id, text, files }, status) => {
    if (shown.has(id)) {
      setStatus(id, status);
      return;
    }
    const parts = (files || []).map(filed);
    const you = make("span.unseen", {}, `${words.you} `);
    if (text || !parts.length) parts.push(make("p.bubble", {}, you, ...linked(text || "")));
    else parts.unshift(you);
    const line = make("p.status", { "aria-live": "off" });
    put(id, make("div.entry.mine", {}, ...parts, line), status !== "sent");
    setStatus(id, status);
    if (status === "queued") toEnd();
  };

  // ---- what the bot said, or a person

  const choices = (buttons, reply) => make("div.choices", {}, ...buttons.map((one) => {
    const url = one.url && safeUrl(one.url, host);
    if (url) return link(url, { class: "choice", dir: "auto" }, one.label);
    return act("choice", one.label, ({ target }) => {
      for (const other of target.closest(".entry").querySelectorAll("button.choice")) other.disabled = true;
      target.classList.add("taken");
      does.press(one, reply);
    });
  }));

  const carded = (card, reply) => {
    const parts = [];
    const at = card.image && safeUrl(card.image, host);
    if (at) parts.push(image(at, card.title, (node) => node.remove()));
    parts.push(make("h3", { dir: "auto" }, card.title));
    if (card.text) parts.push(make("p", { dir: "auto" }, ...linked(card.text)));
    const url = card.url && safeUrl(card.url, host);
    if (url) parts.push(link(url, { "aria-label": `${words.more}: ${card.title}` }, words.more));
    if (card.buttons && card.buttons.length) parts.push(choices(card.buttons, reply));
    return make("div.card", { role: "listitem" }, ...parts);
  };

  const bubble = (frame) => {
    const speaker = make("span.unseen", {}, `${fill(words.says, { name: frame.agent || does.name() })} `);
    const body = bodied(frame.body);
    if (body.length) return make("div.bubble.rich", {}, speaker, ...body);
    return make("p.bubble", {}, speaker, ...linked(frame.text));
  };
  const spoken = (frame) => {
    const parts = frame.agent ? [make("p.by", { dir: "auto", "aria-hidden": "true" }, frame.agent)] : [];
    return frame.text || frame.body ? [...parts, bubble(frame)] : parts;
  };

  const showReply = (reply) => {
    const parts = spoken(reply);
    const at = reply.image && safeUrl(reply.image, host);
    if (at) parts.push(pictured(at, reply.text || words.image));
    const file = reply.file && safeUrl(reply.file, host);
    if (file) parts.push(attachment(file, nameOf(file)));
    if (reply.cards && reply.cards.length) {
      parts.push(make("div.cards", { role: "list", tabindex: "0", "aria-label": words.more }, ...reply.cards.map((card) => carded(card, reply))));
    }
    if (reply.scale > 0) parts.push(makeScale(reply, words, (one, score) => does.rate(one, reply, score)));
    const buttons = beside(reply);
    if (buttons.length) parts.push(choices(buttons, reply));
    dropStream(reply.id);
    put(reply.id, make("div.entry", { lang: reply.locale || undefined }, ...parts), false);
  };

  const dropStream = (id) => {
    const node = streams.get(id);
    if (node) node.remove();
    streams.delete(id);
  };

  // Whoever was away is told again what still grows; what is not is gone.
  const expectStreams = () => {
    round += 1;
    const now = round;
    showTyping(null);
    setTimeout(() => following(() => {
      for (const [id, node] of streams) if (node.round < now) dropStream(id);
    }), RETOLD);
  };

  const showStream = (frame) => {
    if (frame.state === "abort") {
      dropStream(frame.id);
      return;
    }
    showTyping(null);
    following(() => {
      let node = streams.get(frame.id);
      if (!node) {
        node = make("div.entry", {});
        streams.set(frame.id, node);
        growing.append(node);
      }
      node.round = round;
      node.classList.toggle("grows", frame.state !== "end");
      node.replaceChildren(...spoken(frame));
    });
  };

  const showTyping = (frame) => {
    clearTimeout(typingTimer);
    if (!frame) {
      typing.hidden = true;
      return;
    }
    following(() => {
      typist.textContent = frame.agent || "";
      typing.hidden = streams.size > 0;
    });
    typingTimer = setTimeout(() => showTyping(null), LONGEST_TYPING);
  };

  return {
    scroll,
    log,
    toEnd,
    showSaid,
    setStatus,
    showReply,
    showStream,
    expectStreams,
    showTyping,
    showNotice: (text) => following(() => log.insertBefore(make("p.system", {}, text), firstWaiting())),
    drop: (id) => {
      const node = shown.get(id);
      if (node) node.remove();
      shown.delete(id);
    },
    clear: () => {
      log.replaceChildren();
      growing.replaceChildren();
      shown.clear();
      streams.clear();
      newestSent = null;
    },
  };
}
