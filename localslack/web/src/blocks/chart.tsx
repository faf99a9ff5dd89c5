// `data_visualization`: line, bar, area and pie as plain SVG, with a reading for the pointer, the keyboard and the ear.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Block, Loose } from "../shapes";
import { T } from "../text";
import { Pie } from "./pie";
import { Bars, Lines, type Plot } from "./plots";
import { every, number, tick, ticks, wrap } from "./scale";

interface Series {
  name: string;
  values: (number | null)[];
}

const finite = (value: Loose): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** Each series' values in the order of the categories, by label; a missing one is a gap. */
function readSeries(chart: Loose): { labels: string[]; series: Series[] } {
  const given: Loose[] = chart.series ?? [];
  const labels: string[] = chart.axis_config?.categories ?? (given[0]?.data ?? []).map((point: Loose) => String(point.label));
  const series = given.map((one) => {
    const points = new Map((one.data ?? []).map((point: Loose) => [String(point.label), finite(point.value)]));
    return { name: String(one.name ?? ""), values: labels.map((label) => (points.get(label) ?? null) as number | null) };
  });
  return { labels, series };
}

const NARROWEST = 220;

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(560);
  // Measured before it is painted, so that it is never first too wide.
  useLayoutEffect(() => {
    if (!ref.current) return undefined;
    const take = (wide: number) => setWidth(Math.max(NARROWEST, Math.round(wide)));
    take(ref.current.clientWidth);
    const watcher = new ResizeObserver(([entry]) => entry && take(entry.contentRect.width));
    watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, []);
  return { ref, width };
}

const HEIGHT = 236;
// A label of the y axis up to this long ("%", "min") stands upright.
const SHORT = 3;

function plotOf(chart: Loose, width: number, labels: string[], series: Series[]): Plot {
  const known = series.flatMap((one) => one.values).filter((value): value is number => value !== null);
  const marks = ticks(Math.min(...known), Math.max(...known));
  const low = marks[0] as number;
  const high = marks[marks.length - 1] as number;
  const left = 16 + Math.max(...marks.map((mark) => tick(mark).length)) * 6.8 + (chart.axis_config?.y_label ? 18 : 0);
  const right = width - 12;
  const band = (right - left) / Math.max(1, labels.length);
  const each = every(labels.length, right - left, labels);
  const lines = labels.map((label, i) => (i % each ? [] : wrap(label, band * each - 4)));
  const below = 12 + 13 * Math.max(1, ...lines.map((one) => one.length)) + (chart.axis_config?.x_label ? 19 : 0);
  const area = { left, right, top: 10, bottom: HEIGHT - below };
  const y = (value: number) => area.bottom - ((value - low) / (high - low || 1)) * (area.bottom - area.top);
  return { area, band, x: (i) => area.left + band * (i + 0.5), y, marks, labels, lines, series };
}

function Axes({ plot, xLabel, yLabel }: { plot: Plot; xLabel?: string; yLabel?: string }) {
  const { area } = plot;
  return (
    <g class="axes">
      {plot.marks.map((mark) => (
        <g key={mark}>
          <line class={mark === 0 ? "axis-zero" : "axis-line"} x1={area.left} x2={area.right} y1={plot.y(mark)} y2={plot.y(mark)} />
          <text x={area.left - 8} y={plot.y(mark)} text-anchor="end" dominant-baseline="central">{tick(mark)}</text>
        </g>
      ))}
      {plot.lines.map((lines, i) => (
        <text key={i} x={plot.x(i)} y={area.bottom + 17} text-anchor="middle">
          {lines.map((line, n) => <tspan key={n} x={plot.x(i)} dy={n ? 13 : 0}>{line}</tspan>)}
        </text>
      ))}
      {xLabel && <text class="axis-title" x={(area.left + area.right) / 2} y={HEIGHT - 3} text-anchor="middle">{xLabel}</text>}
      {yLabel && (
        <text class="axis-title" transform={`translate(11 ${(area.top + area.bottom) / 2}) rotate(${yLabel.length > SHORT ? -90 : 0})`} text-anchor="middle">{yLabel}</text>
      )}
    </g>
  );
}

function Tip({ plot, at, width }: { plot: Plot; at: number; width: number }) {
  const x = plot.x(at);
  const flip = x > width * 0.6;
  return (
    <div class="tip" style={flip ? { right: `${width - x + 10}px`, top: "8px" } : { left: `${x + 10}px`, top: "8px" }}>
      <b>{plot.labels[at]}</b>
      {plot.series.map((one, s) => (
        <span key={s}>
          <i class={`swatch s${s % 6}`} />
          <span class="tip-name">{one.name}</span>
          <span class="tip-value">{one.values[at] === null ? T.noValue : number(one.values[at] as number)}</span>
        </span>
      ))}
    </div>
  );
}

/** The same numbers as a table, for who listens to the page. */
function Spoken({ title, labels, series }: { title: string; labels: string[]; series: Series[] }) {
  return (
    <table class="unseen">
      <caption>{title}</caption>
      <thead><tr><td />{series.map((one, i) => <th key={i} scope="col">{one.name}</th>)}</tr></thead>
      <tbody>
        {labels.map((label, i) => (
          <tr key={i}>
            <th scope="row">{label}</th>
            {series.map((one, s) => <td key={s}>{one.values[i] === null ? T.noValue : number(one.values[i] as number)}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Legend({ names }: { names: string[] }) {
  if (names.length < 2) return null;
  return (
    <div class="legend" aria-hidden="true">
      {names.map((name, i) => <span key={i}><i class={`swatch s${i % 6}`} />{name}</span>)}
    </div>
  );
}

function Cartesian({ chart, title }: { chart: Loose; title: string }) {
  const { ref, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const { labels, series } = readSeries(chart);
  if (!labels.length || !series.some((one) => one.values.some((value) => value !== null))) {
    return <p class="chart-empty">{T.chartEmpty}</p>;
  }
  const plot = plotOf(chart, width, labels, series);
  const hover = (event: PointerEvent) => {
    const x = event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left;
    setAt(Math.max(0, Math.min(labels.length - 1, Math.floor((x - plot.area.left) / plot.band))));
  };
  const key = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    setAt((now) => Math.max(0, Math.min(labels.length - 1, (now ?? (by > 0 ? -1 : labels.length)) + by)));
  };
  const Shape = chart.type === "bar" ? Bars : Lines;
  return (
    <>
      <div class="plot" ref={ref} tabIndex={0} role="group" aria-label={`${T.chart(title)}. ${T.chartHint}`} onKeyDown={key}
        onPointerMove={hover} onPointerDown={hover} onPointerLeave={() => setAt(null)} onBlur={() => setAt(null)}>
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          <Axes plot={plot} xLabel={chart.axis_config?.x_label} yLabel={chart.axis_config?.y_label} />
          <Shape plot={plot} at={at} filled={chart.type === "area"} />
        </svg>
        {at !== null && <Tip plot={plot} at={at} width={width} />}
      </div>
      <Legend names={series.map((one) => one.name)} />
      <Spoken title={title} labels={labels} series={series} />
    </>
  );
}

export function Chart({ block }: { block: Block }) {
  const title = String(block.title?.text ?? block.title ?? "");
  const chart = block.chart ?? {};
  return (
    <figure class="chart">
      {title && <figcaption>{title}</figcaption>}
      {chart.type === "pie" ? <Pie segments={chart.segments ?? []} title={title} /> : <Cartesian chart={chart} title={title} />}
    </figure>
  );
}
