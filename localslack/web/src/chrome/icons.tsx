// The page's icons, as strokes on a 20 by 20 grid.
const STROKES = {
  hash: "M8 3 6 17M14 3l-2 14M3.5 7.5h14M2.5 12.5h14",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  plus: "M10 4v12M4 10h12",
  close: "M5 5l10 10M15 5 5 15",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  search: "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5 17 17",
  down: "M5.5 8 10 12.5 14.5 8",
  left: "M12 5l-5 5 5 5",
  right: "M8 5l5 5-5 5",
  send: "M3.5 16.5 17 10 3.5 3.5 5.5 9l6 1-6 1z",
  reply: "M3 5.5A1.5 1.5 0 0 1 4.5 4h11A1.5 1.5 0 0 1 17 5.5v7a1.5 1.5 0 0 1-1.5 1.5H9l-4 3v-3h-.5A1.5 1.5 0 0 1 3 12.5z",
  copy: "M7 7h9v10H7zM4 13V3h9",
  people: "M7.5 9a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM2 16.5c0-3 2.5-4.5 5.5-4.5s5.5 1.5 5.5 4.5M13 9.2a2.5 2.5 0 0 0 0-5M15 12.3c1.9.600 3 2 3 4.2",
  swap: "M4 7h11l-3-3M16 13H5l3 3",
  sun: "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4",
  moon: "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
  warning: "M10 3 18 17H2zM10 8v4.5M10 14.7v.1",
  info: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 9.2V14M10 6.3v.1",
  check: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM6.5 10.2l2.5 2.5 4.7-5",
  tick: "M4 10.5l4 4 8-9",
  dot: "M10 14a4 4 0 1 0 0-8 4 4 0 0 0 0 8z",
  wait: "M10 2.5a7.5 7.5 0 1 1-7.5 7.5",
  more: "M4.5 10h.1M10 10h.1M15.5 10h.1",
  away: "M11.5 3.5h5v5M16.5 3.5 9 11M14 11.5v5H3.5V6H9",
  image: "M3 4h14v12H3zM3 13.5l4-4 3.5 3.5 2-2L17 15M13 7.5v.1",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 11h7.6l.7-11",
  thumbUp: "M7 9v8H4V9zM7 9l3-6.5c1.5 0 2 1 2 2.2V8h4.2c.8 0 1.4.700 1.3 1.5l-1 6c-.1.900-.8 1.5-1.6 1.5H7",
  thumbDown: "M13 11V3h3v8zM13 11l-3 6.5c-1.5 0-2-1-2-2.2V12H3.8c-.8 0-1.4-.7-1.3-1.5l1-6C3.6 3.6 4.3 3 5.1 3H13",
  bold: "M6 3.5h4.8a3 3 0 0 1 0 6.2H6zM6 9.7h5.6a3.3 3.3 0 0 1 0 6.8H6z",
  italic: "M8.5 3.5h6M5.5 16.5h6M12 3.5l-4 13",
  strike: "M3 10.2h14M13.8 6c-.4-1.5-1.7-2.5-3.8-2.5S6.3 4.7 6.3 6.5c0 1 .4 1.7 1.2 2.2M6 13.8c.4 1.7 1.9 2.7 4 2.7 2.3 0 3.9-1.2 3.9-3.1 0-.6-.2-1.1-.5-1.5",
  code: "M7 5.5 2.5 10 7 14.5M13 5.5l4.5 4.5-4.5 4.5",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM13 6.5V11c0 1.3.900 2 2 2s2.3-1 2.3-3A7.3 7.3 0 1 0 14 16.2",
  slash: "M4 3.5h12a.8.800 0 0 1 .8.800v11.4a.8.800 0 0 1-.8.800H4a.8.800 0 0 1-.8-.8V4.3A.8.800 0 0 1 4 3.5zM11.8 6.5l-3.6 7",
  file: "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5",
  home: "M3 9.5 10 3.5l7 6M5 8v8.5h10V8M8.5 16.5V12h3v4.5",
  pencil: "M4 16l.7-3.3L13.5 4l2.5 2.5-8.7 8.8zM10 17h6.5",
} as const;

export type IconName = keyof typeof STROKES;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  const heavy = name === "more" ? 2.6 : 1.6;
  return (
    <svg class={`icon icon-${name}`} width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width={heavy}
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={STROKES[name]} />
    </svg>
  );
}
