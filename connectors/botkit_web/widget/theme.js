// The owner's colour, made readable: whatever it is, texts on it and in it keep the contrast of WCAG AA.

const ENOUGH = 4.5;
const SOFT = 0.12; // the share of the colour in --brand-soft
const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];
const NIGHT = [23, 24, 31]; // --paper in the dark

const parse = (text) => {
  const { style } = new Option();
  style.color = text;
  const parts = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(style.color);
  return parts && parts.slice(1).map(Number);
};
const luminance = (color) => {
  const [red, green, blue] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const mix = (color, other, share) => color.map((value, at) => Math.round(value + (other[at] - value) * share));
const css = (color) => `rgb(${color.join(" ")})`;

const readable = (color, paper, goal) => {
  let share = 0;
  while (share < 1 && contrast(mix(color, goal, share), paper) < ENOUGH) share += 0.05;
  return mix(color, goal, Math.min(1, share));
};

const rules = (color, paper, goal) => {
  const ink = contrast(color, WHITE) < ENOUGH ? BLACK : WHITE;
  const text = readable(color, mix(paper, color, SOFT), goal);
  return `:host{--brand:${css(color)};--brand-ink:${css(ink)};--brand-text:${css(text)}}`;
};

/** Gives the rules of a colour (`#rrggbb`, `rgb(…)`); "" where it is none. */
export function themeOf(text) {
  const color = parse(text);
  return color ? `${rules(color, WHITE, BLACK)}@media (prefers-color-scheme:dark){${rules(color, NIGHT, WHITE)}}` : "";
}
