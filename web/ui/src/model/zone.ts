// Moments from what people type: days and clock times of a zone.
import { dateTime, offsetOf } from "./time";

/** The moment at which a clock of that zone shows "2026-11-22T02:15". In a gap of spring: as much later as the gap is wide. */
export function momentAt(clock: string, zone: string): string {
  const asUtc = Date.parse(clock + "Z");
  // Twice: the offset at the first guess may not be the one that is in force at the moment meant.
  let moment = asUtc;
  for (let i = 0; i < 2; i++) moment = asUtc - offsetMs(new Date(moment).toISOString(), zone);
  return new Date(moment).toISOString();
}

function offsetMs(at: string, zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)/.exec(offsetOf(at, zone))!;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** A day of that zone, "2026-11-22": its first and its last moment. */
export function dayBounds(day: string, zone: string): { start: string; last: string } {
  const next = new Date(Date.parse(day + "T00:00:00Z") + 86_400_000).toISOString().slice(0, 10);
  return { start: momentAt(day + "T00:00", zone), last: new Date(Date.parse(momentAt(next + "T00:00", zone)) - 1).toISOString() };
}

/** "2026-11-22T02:15": a moment as a field for date and time takes it. */
export const clockAt = (at: string, zone: string): string => dateTime(at, zone, false).replace(" ", "T");
