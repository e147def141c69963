// Moments and spans in words. The zone in which moments are shown is the viewer's choice.

export type ZoneChoice = "local" | "utc" | "dag";

let viewers: string | undefined;
/** The viewer's own. Asked for once: the first time costs a page tens of milliseconds. */
export const localZone = (): string => (viewers ??= Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The zone's name; `dagZone` is that of the DAG on the page, if there is one. */
export const zoneOf = (choice: ZoneChoice, dagZone?: string | null): string =>
  choice === "utc" ? "UTC" : choice === "dag" && dagZone ? dagZone : localZone();

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let known = formats.get(key);
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat("en-CA", { ...options, timeZone: zone, hourCycle: "h23" })));
  return known;
}

const parts = (moment: Date, zone: string, options: Intl.DateTimeFormatOptions): Record<string, string> =>
  Object.fromEntries(format(zone, options).formatToParts(moment).map(({ type, value }) => [type, value]));

/** "2026-11-22 02:15:00", in that zone. */
export function dateTime(text: string, zone: string, seconds = true): string {
  const p = parts(new Date(text), zone, {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}${seconds ? ":" + p.second : ""}`;
}

/** "2026-11-22", in that zone. */
export const dateOnly = (text: string, zone: string): string => dateTime(text, zone).slice(0, 10);

/** "02:15", in that zone. */
export const timeOnly = (text: string, zone: string): string => dateTime(text, zone).slice(11, 16);

/** "+01:00": the zone's offset at that moment. */
export const offsetOf = (text: string, zone: string): string =>
  parts(new Date(text), zone, { timeZoneName: "longOffset" }).timeZoneName!.replace("GMT", "") || "+00:00";

/** "850 ms", "4.2 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.floor(seconds)} s`;
  const units: [string, number][] = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  return units
    .slice(first, first + 2)
    .map(([unit, size], i) => [unit, Math.floor(i === 0 ? seconds / size : (seconds % units[first]![1]) / size)] as const)
    .filter(([, count], i) => i === 0 || count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(" ");
}

/** "3 min ago", "in 2 h". */
export function ago(text: string, now: number): string {
  const seconds = (now - Date.parse(text)) / 1000;
  if (Math.abs(seconds) < 5) return "now";
  const whole = Math.floor(Math.abs(seconds));
  const words = whole < 60 ? `${whole} s` : duration(whole).split(" ").slice(0, 2).join(" ");
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}
