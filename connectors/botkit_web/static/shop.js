// The page of a made-up shop: it shows what an owner's page may do with the widget.
"use strict";

(() => {
  const root = document.documentElement;
  if (!(navigator.language || "en").toLowerCase().startsWith("zh")) root.lang = "en";
  else root.lang = "zh";
  const language = root.lang;
  const botkit = (window.botkit ??= []);
  const ask = (...call) => window.botkit.push(call);

  document.getElementById("open").addEventListener("click", () => ask("open"));
  for (const button of document.querySelectorAll(".ask")) {
    button.addEventListener("click", () => {
      ask("open");
      ask("send", button.dataset[language]);
    });
  }

  const title = document.title;
  botkit.push(["on", "unread", (count) => { document.title = count ? `(${count}) ${title}` : title; }]);

  const snippet = document.getElementById("snippet");
  snippet.textContent = `<script src="${new URL("widget.js", document.baseURI)}" async></script>`;
  document.getElementById("copy").addEventListener("click", async () => {
    let done = true;
    try {
      await navigator.clipboard.writeText(snippet.textContent);
    } catch { // not on a page without TLS: then it is marked, to be copied by hand
      getSelection().selectAllChildren(snippet);
      done = false;
    }
    const said = language === "zh" ? ["已复制。", "已选中，请按复制键。"] : ["Copied.", "Marked, please copy it."];
    document.getElementById("copied").textContent = said[done ? 0 : 1];
  });
})();
