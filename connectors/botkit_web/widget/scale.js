// A satisfaction from 1 to N: stars, or numbers where there are many. Radio buttons, so that every keyboard knows them.

import { icon, make } from "./nodes.js";
import { fill } from "./words.js";

const MOST_STARS = 5;
const STAR = "M12 3l3 6 6 1-4 4 1 6-6-3-6 3 1-6-4-4 6-1z";

/** Makes the scale of a reply; `choose(button)` is told the score once, as a button to press. */
export function makeScale(reply, words, choose) {
  const most = Math.min(20, reply.scale);
  const buttonOf = (score) => (reply.buttons || []).find((one) => one.value === String(score));
  const rate = make("button.choice.rate", { type: "submit", disabled: true }, words.rate);
  const scores = make("span", { class: most > MOST_STARS ? "scores" : "scores stars" });
  const form = make("form.scale", {},
    make("fieldset", {}, make("legend.unseen", {}, words.rating), scores), rate);
  for (let score = 1; score <= most; score += 1) {
    const known = buttonOf(score);
    const said = fill(words.score, { n: score, most });
    const label = known && known.label !== String(score) ? `${known.label} (${said})` : said;
    const input = make("input", { type: "radio", name: "score", value: score, "aria-label": label });
    scores.append(make("label", {}, input, most > MOST_STARS ? make("span", {}, String(score)) : icon(STAR)));
  }
  const chosen = () => form.querySelector("input:checked");
  form.addEventListener("change", () => {
    rate.disabled = false;
    const score = Number(chosen().value);
    for (const [at, label] of [...scores.children].entries()) label.classList.toggle("on", at < score);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!chosen()) return;
    const score = chosen().value;
    for (const control of form.elements) control.disabled = true;
    choose(buttonOf(score) || { label: score, value: score }, Number(score));
  });
  return form;
}

/** Gives the buttons of a reply that are no scores. */
export const beside = (reply) => (reply.buttons || []).filter((one) =>
  !reply.scale || !(Number.isInteger(Number(one.value)) && one.value >= 1 && one.value <= reply.scale));
