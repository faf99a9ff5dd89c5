// The arithmetic of a chart: round ticks, places of bars and points, words for numbers. Draws nothing.

/** Round numbers that cover low..high, four or five of them. */
export function ticks(low: number, high: number, wanted = 4): number[] {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  const span = to - from || 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((m) => m * power >= rough) ?? 10) * power;
  const first = Math.floor(from / step) * step;
  const out: number[] = [];
  for (let at = first; at < to + step * 0.999; at += step) out.push(Number(at.toPrecision(12)));
  return out.length > 1 ? out : [0, 1];
}

const exact = new Intl.NumberFormat("es-MX", { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat("es-MX", { notation: "compact", maximumFractionDigits: 1 });

export const number = (value: number) => exact.format(value);
export const tick = (value: number) => (Math.abs(value) >= 10_000 ? short.format(value) : exact.format(value));

const LETTER = 6;

/** A label in at most two lines of `width` pixels; what does not fit is cut with an ellipsis. */
export function wrap(label: string, width: number): string[] {
  const letters = Math.max(3, Math.floor(width / LETTER));
  if (label.length <= letters) return [label];
  const cut = (s: string) => (s.length > letters ? `${s.slice(0, letters - 1).trimEnd()}…` : s);
  const fitting = label.lastIndexOf(" ", letters);
  const space = fitting > 0 ? fitting : label.indexOf(" ");
  if (space <= 0) return [cut(label)];
  return [cut(label.slice(0, space)), cut(label.slice(space + 1))];
}

/** Every how many labels one is written, so that they do not run into each other. */
export const every = (count: number, width: number, labels: string[]) => {
  const longest = Math.min(7, Math.max(...labels.map((label) => label.length), 1));
  return Math.max(1, Math.ceil((count * (longest * LETTER + 4)) / Math.max(width, 1)));
};

/** A slice of a pie as an SVG path; a whole circle is two arcs. */
export function slice(cx: number, cy: number, r: number, hole: number, from: number, to: number): string {
  const end = Math.min(to, from + Math.PI * 2 - 1e-4);
  const at = (radius: number, angle: number) => `${(cx + radius * Math.sin(angle)).toFixed(2)} ${(cy - radius * Math.cos(angle)).toFixed(2)}`;
  const large = end - from > Math.PI ? 1 : 0;
  return `M${at(r, from)}A${r} ${r} 0 ${large} 1 ${at(r, end)}L${at(hole, end)}A${hole} ${hole} 0 ${large} 0 ${at(hole, from)}Z`;
}
