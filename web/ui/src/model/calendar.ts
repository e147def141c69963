// A year of days in weeks, and how badly each went.
import type { Calendar } from "@/api/types";

export interface Day {
  date: string; // "2026-11-22"
  runs: Record<string, number> | null; // null: none that day
}
/** A column: Monday to Sunday; null is outside of what is shown. `month` is that of a week in which one begins. */
export interface Week {
  days: (Day | null)[];
  month: string | null;
}

const kDay = 86_400_000;
const kMonths = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const isoOf = (moment: number): string => new Date(moment).toISOString().slice(0, 10);
const at = (date: string): number => Date.parse(date + "T00:00:00Z");

/** A day some days later, of the calendar: no zone, no change of clocks. */
export const dayAfter = (date: string, days: number): string => isoOf(at(date) + days * kDay);

export function weeksOf(calendar: Calendar, from: string, to: string): Week[] {
  const known = new Map(calendar.days.map((day) => [day.date, day.runs]));
  const monday = at(from) - ((new Date(at(from)).getUTCDay() + 6) % 7) * kDay;
  const weeks: Week[] = [];
  for (let week = monday; week <= at(to); week += 7 * kDay) {
    const days = Array.from({ length: 7 }, (_, i) => isoOf(week + i * kDay)).map((date) => (date < from || date > to ? null : { date, runs: known.get(date) ?? null }));
    const first = days.find((day) => day?.date.endsWith("-01"));
    weeks.push({ days, month: first ? kMonths[Number(first.date.slice(5, 7)) - 1]! : null });
  }
  return weeks;
}

export type Level = "none" | "open" | "good" | "few" | "some" | "most";

/** By the share of runs that failed, of those that are over. */
export function levelOf(runs: Day["runs"]): Level {
  if (!runs) return "none";
  const [failed, success] = [runs.failed ?? 0, runs.success ?? 0];
  if (failed + success === 0) return Object.values(runs).some((count) => count > 0) ? "open" : "none";
  const share = failed / (failed + success);
  return share === 0 ? "good" : share <= 0.2 ? "few" : share <= 0.6 ? "some" : "most";
}
