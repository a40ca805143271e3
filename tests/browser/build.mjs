// Builds the widget; esbuild joins the modules, terser makes the one of them smaller: node tests/browser/build.mjs [folder]; the folder is connectors/botkit_web/static unless given.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { minify } from "terser";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = join(root, "connectors/botkit_web/widget");
const folder = process.argv[2] ?? join(root, "connectors/botkit_web/static");
const target = "es2022";

// A style sheet comes as a text that the widget makes a sheet of, so that no policy of a page is in its way.
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: "chrome111" });
      return { contents: code.trim().replaceAll(/(--[\w-]+): /g, "$1:"), loader: "text" };
    });
  },
};

// The words of the languages that are built in: their names once, and the texts a line each.
const words = {
  name: "words",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/words$/ }, ({ resolveDir }) => ({ path: join(resolveDir, "words"), namespace: "words" }));
    onLoad({ filter: /.*/, namespace: "words" }, async ({ path }) => {
      const read = async (file) => JSON.parse(await readFile(join(path, file), "utf8"));
      const keys = Object.keys(await read("en.json"));
      const texts = {};
      for (const file of (await readdir(path)).sort()) {
        const table = await read(file);
        texts[file.replace(".json", "")] = keys.map((key) => table[key]).join("\n");
      }
      return { contents: `export const keys = ${JSON.stringify(keys.join(" "))}, texts = ${JSON.stringify(texts)};`, loader: "js" };
    });
  },
};

// Names that the modules use among themselves: none of a frame, a word, or the browser.
const internal = [
  "setState", "setStatus", "setBusy", "setRead", "setPending", "setChat", "showTyping", "showReply", "showSaid",
  "showNotice", "showLost", "showStream", "conversation", "takeBack", "remember", "forgetEntries", "reread", "leave",
  "toEnd", "greeted", "renew", "growing", "collect", "takes", "refuse", "complete", "seen", "tell", "told",
  "launcher", "teaser", "begin", "slow", "pending", "drafts", "lose", "look", "connect", "retry", "post", "allow",
  "panel", "words", "inline", "stop", "press", "frame", "view",
  "expectStreams", "spoke", "list", "scroll",
];

for (const [entry, format, name] of [["script.js", "iife", "widget.js"], ["module.js", "esm", "widget.mjs"]]) {
  const { outputFiles } = await build({
    absWorkingDir: source, entryPoints: [entry], format, target, bundle: true, minify: true, charset: "utf8",
    legalComments: "none", plugins: [styles, words], write: false, mangleProps: new RegExp(`^(${internal.join("|")})$`),
  });
  const { code } = await minify(outputFiles[0].text, {
    ecma: 2022, module: format === "esm", compress: { passes: 5, sequences: false, unsafe: true, unsafe_arrows: true, unsafe_methods: true }, format: { ascii_only: false },
  });
  await writeFile(join(folder, name), `${code}\n`);
}
