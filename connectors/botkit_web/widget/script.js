// `widget.js`: one line on the owner's page. Its `data-` attributes are those of the element that it puts there.
// Before it has come, `(window.botkit ??= []).push(["open"])` notes what is to be done.

import { api, find } from "./api.js";
import { defineElement } from "./element.js";

const script = document.currentScript;
const noted = window.botkit;

const perform = ([name, ...values]) => {
  if (Object.hasOwn(api, name)) api[name](...values);
};

const begin = () => {
  find(script.dataset);
  window.botkit = { ...api, push: perform };
  if (Array.isArray(noted)) noted.forEach(perform);
};

defineElement(new URL(".", script.src).href);
if (document.body) begin();
else document.addEventListener("DOMContentLoaded", begin);
