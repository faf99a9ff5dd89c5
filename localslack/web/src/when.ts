// Words for instants: hours, days, "hoy a las 10:32". Knows the viewer's zone, nothing of messages.
import { T } from "./text";

let zone: string | undefined;

/** Every hour on the page is told in the viewer's zone; an unknown one falls back to the browser's. */
export function useZone(tz: string | undefined): void {
  try {
    new Intl.DateTimeFormat("es-MX", { timeZone: tz });
    zone = tz;
  } catch {
    zone = undefined;
  }
}

let offset = 0;

/** The server's clock may have been moved: "hoy" is its today. */
export function useOffset(seconds: number | undefined): void {
  offset = seconds ?? 0;
}

/** Now, by the server's clock, in seconds. */
export const now = () => Date.now() / 1000 + offset;

const date = (ts: string) => new Date(Number.parseFloat(ts) * 1000);

function format(at: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("es-MX", { timeZone: zone, ...options }).format(at);
}

export const clock = (ts: string) => format(date(ts), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** A key that is equal for two instants of one local day. */
export const dayKey = (ts: string) => format(date(ts), { year: "numeric", month: "2-digit", day: "2-digit" });

function relativeDay(ts: string): "today" | "yesterday" | null {
  if (dayKey(ts) === dayKey(String(now()))) return "today";
  return dayKey(ts) === dayKey(String(now() - 86_400)) ? "yesterday" : null;
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** "Hoy", "Ayer", "Lunes, 16 de noviembre"; the year only where it is another one. */
export function dayName(ts: string): string {
  const relative = relativeDay(ts);
  if (relative) return relative === "today" ? T.today : T.yesterday;
  const sameYear = date(ts).getFullYear() === date(String(now())).getFullYear();
  const year = sameYear ? {} : ({ year: "numeric" } as const);
  return sentence(format(date(ts), { weekday: "long", day: "numeric", month: "long", ...year }));
}

/** "hoy a las 10:32", for the last reply of a thread. */
export function moment(ts: string): string {
  const relative = relativeDay(ts);
  if (relative) return relative === "today" ? T.todayAt(clock(ts)) : T.yesterdayAt(clock(ts));
  return T.dayAt(format(date(ts), { day: "numeric", month: "long" }), clock(ts));
}

/** "22 nov, 10:32:07", for the moved clock. */
export const stamp = (seconds: number) =>
  format(new Date(seconds * 1000), { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** "10:32:07.041", for the inspector. */
export const clockMillis = (iso: string) =>
  format(new Date(iso), { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" });

/** "2 d 3 h adelante", how far the clock was moved. */
export function distance(seconds: number): string {
  const left = Math.round(Math.abs(seconds));
  const parts = [[Math.floor(left / 86_400), "d"], [Math.floor((left % 86_400) / 3_600), "h"], [Math.floor((left % 3_600) / 60), "min"], [left % 60, "s"]] as const;
  const said = parts.filter(([many]) => many).slice(0, 2).map(([many, unit]) => `${many} ${unit}`).join(" ");
  return `${said} ${seconds > 0 ? T.timeAhead : T.timeBehind}`;
}

/** The whole instant, for tooltips. */
export const full = (ts: string) =>
  format(date(ts), { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** Slack's <!date^ts^{date_num} {time}|fallback>: the tokens people use, and the fallback for others. */
export function dateToken(ts: string, pattern: string, fallback: string): string {
  const words: Record<string, () => string> = {
    date_num: () => format(date(ts), { year: "numeric", month: "2-digit", day: "2-digit" }),
    date: () => format(date(ts), { day: "numeric", month: "long", year: "numeric" }),
    date_short: () => format(date(ts), { day: "numeric", month: "short", year: "numeric" }),
    date_long: () => format(date(ts), { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
    date_pretty: () => dayName(ts),
    date_short_pretty: () => dayName(ts),
    date_long_pretty: () => dayName(ts),
    time: () => clock(ts),
    time_secs: () => format(date(ts), { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  };
  let known = Number.isFinite(Number.parseFloat(ts));
  const said = pattern.replace(/\{(\w+)\}/g, (_, token: string) => {
    const word = words[token];
    if (!word || !known) known = false;
    return known && word ? word() : "";
  });
  return known ? said : fallback;
}
