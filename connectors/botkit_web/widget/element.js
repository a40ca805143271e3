// `<botkit-chat>`: the launcher and the panel, in a shadow tree that the owner's page and its policy leave alone.

import { NAMES } from "./api.js";
import { act, button, icon, make } from "./nodes.js";
import { makePanel } from "./panel.js";
import { keep, recall } from "./storage.js";
import style from "./style.css";
import { themeOf } from "./theme.js";
import { fill, loadWords } from "./words.js";

const BUBBLE = "M6 4h12a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-5l-5 4v-4H6a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z";
const SMALL = "(max-width: 30rem), (max-height: 26rem)"; // there the panel takes the whole page
const OPEN = "botkit open";
const EVENTS = ["open", "close", "message", "reply", "state", "unread", "rating", "identity"];
const KEYS = ["keydown", "keyup", "keypress"];

const sheetOf = (text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
};
let shared = null;

/** Puts the widget into an element, and gives what its owner may ask of it. */
function assemble(element, defaultHost) {
  const setting = (name) => element.getAttribute(name) ?? element.getAttribute(`data-${name}`);
  const host = new URL(setting("host") || defaultHost, document.baseURI);
  if (!host.pathname.endsWith("/")) host.pathname += "/";
  const inline = setting("inline") !== null;
  const locale = setting("locale") || navigator.language || "en";
  const small = window.matchMedia(SMALL);
  const ends = new AbortController();
  const { signal } = ends;
  const calls = []; // before the words are there
  let parts = null;
  let opened = inline;
  let opener = null;
  let unread = 0;
  let identity = setting("identity")
    || (setting("user") ? { id: setting("user"), hash: setting("user-hash") } : null);

  const tell = (name, detail) => element.dispatchEvent(new CustomEvent(`botkit-${name}`, { detail }));
  const whenReady = (call) => { if (parts) call(); else calls.push(call); };

  const shadow = element.shadowRoot || element.attachShadow({ mode: "open" });
  shared ||= sheetOf(style);
  const theme = sheetOf(themeOf(setting("color")));
  const size = sheetOf("");
  shadow.adoptedStyleSheets = [shared, theme, size];

  const build = (spoken) => {
    const { words, language, dir } = spoken;
    const label = setting("launcher");
    const named = label && label !== "none" ? label : "";
    const name = named || words.start;
    const badge = make("span.badge", { "aria-hidden": "true", hidden: true });
    const launcher = button(name, { class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" }, icon(BUBBLE),
      named, badge);
    const greeting = setting("greeting");
    const teaser = greeting && recall("sessionStorage", OPEN) === null && act("teaser", greeting, () => open());
    const frame = make("div", {
      class: "frame", dir, lang: language,
      "data-position": setting("position"), "data-kind": inline ? "inline" : "float",
    });
    const built = makePanel(spoken, { host, bot: setting("bot") || "", locale, title: setting("title"), inline, signal }, {
      close,
      tell,
      seen: () => opened && !document.hidden,
      news: (count) => {
        if (count === unread) return;
        unread = count;
        badge.textContent = count > 99 ? "99+" : String(count);
        badge.hidden = !count;
        launcher.setAttribute("aria-label", count ? `${name}, ${fill(words.news, { n: count })}` : name);
        tell("unread", count);
      },
    });
    parts = { ...built, launcher, teaser };
    launcher.addEventListener("click", open);
    // The page has shortcuts of its own; but what it has put around an inline chat may need to leave it.
    for (const name of KEYS) {
      frame.addEventListener(name, (event) => {
        const leaves = event.key === "Escape";
        if (!inline || !(leaves || event.key === "Tab")) event.stopPropagation();
        if (name !== KEYS[0] || !leaves || event.isComposing || inline) return;
        event.preventDefault();
        close();
      });
    }
    built.panel.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    frame.append(inline || !teaser ? "" : teaser, inline || label === "none" ? "" : launcher, built.panel);
    shadow.replaceChildren(frame);
    if (identity) built.conversation.identify(identity);
    else built.conversation.begin();
    if (inline) built.conversation.connect();
    else if (!small.matches && (recall("sessionStorage", OPEN) ?? setting("open") !== null)) show();
    for (const call of calls.splice(0)) call();
  };

  // ---- opening and closing

  const show = () => {
    const { panel, launcher, teaser, conversation, look } = parts;
    if (panel.open) panel.close();
    if (small.matches) panel.showModal();
    else panel.setAttribute("open", "");
    opened = true;
    element.toggleAttribute("opened", true);
    launcher.setAttribute("aria-expanded", "true");
    if (teaser) teaser.hidden = true;
    fit();
    look();
    conversation.connect();
  };

  const open = () => whenReady(() => {
    if (inline) {
      parts.focus();
      return;
    }
    if (!opened) {
      opener = document.activeElement;
      keep("sessionStorage", OPEN, true);
      show();
      tell("open");
    }
    parts.focus();
  });

  const close = () => whenReady(() => {
    if (!opened || inline) return;
    opened = false;
    keep("sessionStorage", OPEN, false);
    const inside = element.contains(document.activeElement);
    parts.panel.close();
    element.toggleAttribute("opened", false);
    parts.launcher.setAttribute("aria-expanded", "false");
    if (inside || document.activeElement === document.body) {
      const back = opener && opener.isConnected && opener !== document.body && opener !== element ? opener : parts.launcher;
      back.focus();
    }
    tell("close");
  });

  const refit = () => {
    if (!opened || inline) return;
    const focused = shadow.activeElement;
    show();
    if (focused) focused.focus();
  };

  // A phone's keyboard makes the visible part of the page smaller, and not the page.
  const visible = window.visualViewport;
  const fit = () => {
    if (!visible || !opened || inline) return;
    size.replaceSync(`:host{--height:${Math.round(visible.height)}px;--top:${Math.round(visible.offsetTop)}px}`);
  };
  const look = () => { if (parts && !document.hidden) parts.look(); };

  small.addEventListener("change", refit, { signal });
  document.addEventListener("visibilitychange", look, { signal });
  if (visible) for (const name of ["resize", "scroll"]) visible.addEventListener(name, fit, { signal });
  loadWords(locale, host).then((spoken) => { if (!signal.aborted) build(spoken); });

  return {
    open,
    close,
    send: (text) => whenReady(() => parts.send(text)),
    identify: (visitor) => {
      if (parts) parts.conversation.identify(visitor);
      else identity = visitor;
    },
    end() {
      ends.abort();
      shadow.replaceChildren();
    },
  };
}

const widgets = new WeakMap();

/** Makes `<botkit-chat>` known to the page; elements without `host` talk to `defaultHost`. */
export function defineElement(defaultHost) {
  if (customElements.get("botkit-chat")) return;
  class Chat extends HTMLElement {
    connectedCallback() {
      if (!widgets.has(this)) widgets.set(this, assemble(this, defaultHost));
    }

    disconnectedCallback() {
      queueMicrotask(() => {
        if (this.isConnected || !widgets.has(this)) return; // it was moved
        widgets.get(this).end();
        widgets.delete(this);
      });
    }

    /** Calls `heard(detail)` at each event of a name; gives a function that ends it. */
    on(name, heard) {
      if (!EVENTS.includes(name)) throw new TypeError(`botkit has no event ${name}`);
      const listener = (event) => heard(event.detail);
      this.addEventListener(`botkit-${name}`, listener);
      return () => this.removeEventListener(`botkit-${name}`, listener);
    }
  }
  // What an owner may ask; an element that is in no page does nothing.
  for (const name of NAMES) {
    Chat.prototype[name] = function ask(value) { widgets.get(this)?.[name](value); };
  }
  customElements.define("botkit-chat", Chat);
}
