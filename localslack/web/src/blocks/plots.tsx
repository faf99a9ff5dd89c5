// The marks of a chart inside its axes: bars, lines, filled areas. Told apart by shape and dash as well as by colour.

export interface Plot {
  area: { left: number; right: number; top: number; bottom: number };
  band: number;
  x(index: number): number;
  y(value: number): number;
  marks: number[];
  labels: string[];
  /** What is written under each place: a label in one or two lines, or nothing. */
  lines: string[][];
  series: { name: string; values: (number | null)[] }[];
}

interface Props {
  plot: Plot;
  at: number | null;
  filled?: boolean;
}

/** A bar with its far end rounded. */
function bar(x: number, width: number, from: number, to: number): string {
  const r = Math.min(3, width / 2, Math.abs(to - from));
  const up = to < from ? 1 : -1;
  return `M${x} ${from}V${to + r * up}Q${x} ${to} ${x + r} ${to}H${x + width - r}Q${x + width} ${to} ${x + width} ${to + r * up}V${from}Z`;
}

export function Bars({ plot, at }: Props) {
  const room = Math.min(plot.band * 0.72, 64 * plot.series.length);
  const gap = plot.series.length > 1 ? 2 : 0;
  const width = Math.max(2, room / plot.series.length - gap);
  return (
    <g>
      {at !== null && <rect class="plot-band" x={plot.area.left + plot.band * at} y={plot.area.top} width={plot.band} height={plot.area.bottom - plot.area.top} />}
      {plot.series.map((one, s) =>
        one.values.map((value, i) => value === null ? null : (
          <path key={`${s}-${i}`} class={`mark s${s % 6}`} d={bar(plot.x(i) - room / 2 + s * (width + gap), width, plot.y(0), plot.y(value))} />
        )))}
    </g>
  );
}

/** Runs of known values: a gap in the data is a gap in the line. */
function runs(plot: Plot, values: (number | null)[]): [number, number][][] {
  const out: [number, number][][] = [[]];
  values.forEach((value, i) => {
    if (value === null) out.push([]);
    else out[out.length - 1]?.push([plot.x(i), plot.y(value)]);
  });
  return out.filter((run) => run.length);
}

const path = (run: [number, number][]) => run.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

export function Lines({ plot, at, filled }: Props) {
  const dots = plot.labels.length <= 20;
  const floor = plot.y(Math.max(0, plot.marks[0] as number));
  return (
    <g>
      {at !== null && <line class="plot-cursor" x1={plot.x(at)} x2={plot.x(at)} y1={plot.area.top} y2={plot.area.bottom} />}
      {plot.series.map((one, s) => (
        <g key={s}>
          {runs(plot, one.values).map((run, i) => (
            <g key={i}>
              {filled && <path class={`fill s${s % 6}`} d={`${path(run)}L${run.at(-1)?.[0]} ${floor}L${run[0]?.[0]} ${floor}Z`} />}
              <path class={`stroke s${s % 6}`} d={path(run)} />
            </g>
          ))}
          {one.values.map((value, i) => value !== null && (dots || i === at) && (
            <circle key={i} class={`dot s${s % 6}`} cx={plot.x(i)} cy={plot.y(value)} r={i === at ? 5 : 3.2} />
          ))}
        </g>
      ))}
    </g>
  );
}
