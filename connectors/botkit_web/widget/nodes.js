// Nodes of the page. Nothing that somebody said becomes anything but text, or a tag of the list below.

const TAGS = {
  p: "p", b: "strong", i: "em", s: "s", code: "code", pre: "pre", ul: "ul", ol: "ol", li: "li", quote: "blockquote",
  br: "br",
};
const DEEPEST = 20;
const SVG = "http://www.w3.org/2000/svg";

/** Makes an element of a tag and classes (`p.by`); attributes that are null, undefined or false are left out. */
export function make(kind, attributes, ...children) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  node.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (value != null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Makes a button with a text, and what it does. */
export function act(kind, text, does) {
  const node = make(`button.${kind}`, { type: "button", dir: "auto" }, text);
  node.addEventListener("click", does);
  return node;
}

/** Makes a picture of one path, of 24 by 24. */
export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Makes a button with a name and what it shows. */
export const button = (name, attributes, ...children) =>
  make("button", { type: "button", "aria-label": name, title: name, ...attributes }, ...children);

/** Gives an address that may be followed or loaded, or "". */
export function safeUrl(text, host, more = []) {
  try {
    const url = new URL(text, host);
    return ["http:", "https:", ...more].includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** Makes a link that opens elsewhere and tells nothing of this page. */
export const link = (url, attributes, ...children) =>
  make("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children);

/** Gives the nodes of a plain text: it stays text, but addresses in it become links. */
export function linked(text) {
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
}

/** Gives the nodes of a `body`: strings, and lists of a tag and its children. What is none of these is left out, what is too deep is text. */
export function bodied(nodes, depth = 0) {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node) => {
    if (typeof node === "string") return [node];
    if (!Array.isArray(node)) return [];
    const [tag, first, ...rest] = node;
    if (tag === "a") {
      const inside = bodied(rest, depth + 1);
      const url = safeUrl(String(first), undefined, ["mailto:", "tel:"]);
      return url && depth <= DEEPEST ? [link(url, {}, ...inside)] : inside;
    }
    if (depth > DEEPEST || !Object.hasOwn(TAGS, tag)) return bodied(node.slice(1), depth + 1);
    const numbered = tag === "ol" && Number.isInteger(first);
    const made = make(TAGS[tag], numbered && first !== 1 ? { start: first } : {});
    if (tag !== "br") made.append(...bodied(numbered ? rest : node.slice(1), depth + 1));
    return [made];
  });
}

/** Makes a picture; one that does not come is replaced by what `instead` makes. */
export function picture(url, alt, shown, instead) {
  const node = make("img", { src: url, alt: alt.slice(0, 200), loading: "lazy", referrerpolicy: "no-referrer" });
  node.addEventListener("load", () => shown(node));
  node.addEventListener("error", () => instead(node));
  return node;
}

/** Tells whether a browser can show a file of this type as a picture. */
export const isPicture = (mime) => /^image\/(png|jpeg|gif|webp|avif)$/.test(mime);
