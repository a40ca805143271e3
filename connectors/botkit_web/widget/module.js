// `widget.mjs`: import { open, close, send, identify, on } from "https://HOST/widget.mjs"

import { api } from "./api.js";
import { defineElement } from "./element.js";

defineElement(new URL(".", import.meta.url).href);

export const { close, identify, on, open, send } = api;
