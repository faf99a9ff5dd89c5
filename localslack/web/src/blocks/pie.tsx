// A pie, drawn as a ring with its total inside; the legend carries every name, value and share.
import { useState } from "preact/hooks";
import type { Loose } from "../shapes";
import { T } from "../text";
import { number, slice, tick } from "./scale";

const share = new Intl.NumberFormat("es-MX", { style: "percent", maximumFractionDigits: 1 });

export function Pie({ segments, title }: { segments: Loose[]; title: string }) {
  const [at, setAt] = useState<number | null>(null);
  const known = segments
    .map((one) => ({ label: String(one.label ?? ""), value: Number(one.value) }))
    .filter((one) => Number.isFinite(one.value) && one.value > 0);
  const total = known.reduce((sum, one) => sum + one.value, 0);
  if (!total) return <p class="chart-empty">{T.chartEmpty}</p>;
  let angle = 0;
  const parts = known.map((one) => {
    const from = angle;
    angle += (one.value / total) * Math.PI * 2;
    return slice(100, 100, 92, 56, from, angle);
  });
  const shown = at === null ? null : known[at];
  return (
    <div class="pie">
      <svg viewBox="0 0 200 200" role="img" aria-label={T.chart(title)} onPointerLeave={() => setAt(null)}>
        {parts.map((d, i) => (
          <path key={i} d={d} class={`mark slice s${i % 6}${at !== null && at !== i ? " faint" : ""}`} onPointerEnter={() => setAt(i)} onPointerDown={() => setAt(i)} />
        ))}
        <text class="pie-value" x="100" y="98" text-anchor="middle">{shown ? share.format(shown.value / total) : tick(total)}</text>
        <text class="pie-label" x="100" y="117" text-anchor="middle">{shown ? shown.label.slice(0, 16) : T.total}</text>
      </svg>
      <ul class="pie-legend">
        {known.map((one, i) => (
          <li key={i} onPointerEnter={() => setAt(i)} onPointerLeave={() => setAt(null)}>
            <i class={`swatch s${i % 6}`} />
            <span class="tip-name">{one.label}</span>
            <span class="tip-value">{number(one.value)}</span>
            <span class="pie-share">{share.format(one.value / total)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
