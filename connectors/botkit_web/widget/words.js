// What the widget says itself. English and Chinese are built in; any other language is a file that the host has.

import { keys, texts } from "./words";

const tableOf = (lines) => Object.fromEntries(lines.split("\n").map((line, at) => [keys.split(" ")[at], line]));
const ENGLISH = tableOf(texts.en);

/** Gives `{language, dir, words}` for a locale; asks the host only for a language that is not built in. */
export async function loadWords(locale, host) {
  const language = locale.toLowerCase().split("-")[0];
  if (Object.hasOwn(texts, language)) return { language: locale, dir: "ltr", words: tableOf(texts[language]) };
  try {
    const answer = await fetch(new URL(`web/words/${language}.json`, host), { credentials: "omit" });
    const { dir = "ltr", ...words } = await answer.json();
    if (answer.ok && words.write) return { language: locale, dir, words: { ...ENGLISH, ...words } };
  } catch { /* then in English */ }
  return { language: "en", dir: "ltr", words: ENGLISH };
}

/** Puts values into a text: `fill("{n} new", {n: 3})`. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
