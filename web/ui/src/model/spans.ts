// Spans of time on a common scale: where they lie, where the scale has its lines, and what they are together.
import { dateOnly, dateTime, duration } from "./time";
import { momentAt } from "./zone";

/** What first waited and then ran; of what is still open, the end is now. All in milliseconds. */
export interface Span {
  queued: number;
  start: number; // of what has not started: its end
  end: number;
}
export interface Range {
  from: number;
  to: number;
}
export interface Bar {
  left: number; // per cent of the whole
  width: number;
}
export interface Tick {
  at: number; // per cent of the whole
  words: string;
}

const kLeastWidth = 0.3; // per cent, so that what is short can be seen

export function spanOf(queued: string | null, start: string | null, end: string | null, now: number): Span {
  const last = end ? Date.parse(end) : now;
  const begin = start ? Date.parse(start) : last;
  // What runs again was queued anew, but may have been started before.
  return { queued: Math.min(begin, queued ? Date.parse(queued) : begin), start: begin, end: Math.max(begin, last) };
}

export function barOf(start: number, end: number, { from, to }: Range): Bar {
  const whole = Math.max(1, to - from);
  const width = Math.min(100, Math.max(kLeastWidth, (100 * (end - start)) / whole));
  return { left: Math.min(100 - width, Math.max(0, (100 * (start - from)) / whole)), width };
}

const kSecond = 1000;
const kMinute = 60 * kSecond;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;
/** What people count in. */
const kSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * kSecond),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * kMinute),
  ...[1, 2, 3, 6, 12].map((count) => count * kHour),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((count) => count * kDay),
];
/** More lines than these are not told apart. */
const kMostTicks = 6;

const stepOf = (whole: number): number => kSteps.find((step) => whole / step <= kMostTicks) ?? kSteps.at(-1)! * Math.ceil(whole / kSteps.at(-1)! / kMostTicks);

/** Round spans since the beginning of a scale of that length. */
export function ticksOfSpan(whole: number): Tick[] {
  const step = stepOf(whole);
  return Array.from({ length: Math.floor(whole / step) + 1 }, (_, i) => ({ at: (100 * i * step) / Math.max(1, whole), words: i === 0 ? "0" : `+${duration((i * step) / 1000)}` }));
}

/** Round times of day, or days, of that zone. */
export function ticksOfRange({ from, to }: Range, zone: string): Tick[] {
  const step = Math.max(kSecond, stepOf(to - from)); // the words have no milliseconds
  const day = dateOnly(new Date(from).toISOString(), zone);
  const midnight = Date.parse(momentAt(day + "T00:00", zone));
  const ticks: Tick[] = [];
  for (let i = Math.ceil((from - midnight) / step); midnight + i * step <= to; i++) {
    // Days are counted by the zone's calendar: one of them has 23 hours.
    const at = step < kDay ? midnight + i * step : Date.parse(momentAt(new Date(Date.parse(day + "T00:00Z") + i * step).toISOString().slice(0, 16), zone));
    const words = dateTime(new Date(at).toISOString(), zone);
    const time = words.slice(11, step < kMinute ? 19 : 16);
    if (at >= from && at <= to) ticks.push({ at: (100 * (at - from)) / Math.max(1, to - from), words: /^00:00(:00)?$/.test(time) ? words.slice(5, 10) : time });
  }
  return ticks;
}

export interface Sum {
  median: number; // of what ran, in milliseconds
  longest: number; // its index
  atOnce: number; // ran at the same time, at most
  waited: number; // all together
  ran: number;
}
export function sumOf(spans: Span[]): Sum {
  const times = spans.map(({ start, end }) => end - start);
  const sorted = [...times].sort((a, b) => a - b);
  // At the same moment one ends before the next begins.
  const steps = spans.flatMap(({ start, end }) => (end > start ? [[start, 1], [end, -1]] : [])).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  let running = 0;
  let atOnce = 0;
  for (const [, step] of steps) atOnce = Math.max(atOnce, (running += step!));
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    longest: times.indexOf(sorted.at(-1) ?? 0),
    atOnce,
    waited: spans.reduce((sum, { queued, start }) => sum + start - queued, 0),
    ran: times.reduce((sum, time) => sum + time, 0),
  };
}
