import { describe, expect, it } from "vitest";
import { type Span, barOf, spanOf, sumOf, ticksOfRange, ticksOfSpan } from "@/model/spans";

const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);
const kNow = at("12:00:00");
const span = (queued: string, start: string, end: string): Span => ({ queued: at(queued), start: at(start), end: at(end) });

describe("the span of a run or a task", () => {
  it("waits from the queue to its start, and runs to its end", () =>
    expect(spanOf("2026-11-22T10:00:00Z", "2026-11-22T10:01:00Z", "2026-11-22T10:05:00Z", kNow)).toEqual(span("10:00:00", "10:01:00", "10:05:00")));
  it("runs until now while it is open", () => expect(spanOf("2026-11-22T10:00:00Z", "2026-11-22T10:01:00Z", null, kNow).end).toBe(kNow));
  it("only waits while it is queued, and when it ended there", () => {
    expect(spanOf("2026-11-22T11:00:00Z", null, null, kNow)).toEqual(span("11:00:00", "12:00:00", "12:00:00"));
    expect(spanOf("2026-11-22T11:00:00Z", null, "2026-11-22T11:30:00Z", kNow)).toEqual(span("11:00:00", "11:30:00", "11:30:00"));
  });
  it("never waits for less than nothing", () => expect(spanOf("2026-11-22T10:02:00Z", "2026-11-22T10:01:00Z", null, kNow).queued).toBe(at("10:01:00")));
});

describe("a bar", () => {
  it("lies where its span does", () => expect(barOf(25, 75, { from: 0, to: 100 })).toEqual({ left: 25, width: 50 }));
  it("can be seen however short it is, at the end too", () => {
    const { left, width } = barOf(100, 100, { from: 0, to: 100 });
    expect(width).toBeGreaterThan(0);
    expect(left + width).toBeLessThanOrEqual(100);
  });
});

describe("the lines of a scale", () => {
  it("are round spans", () => {
    expect(ticksOfSpan(250_000).map(({ words }) => words)).toEqual(["0", "+1 min", "+2 min", "+3 min", "+4 min"]);
    expect(ticksOfSpan(98).map(({ words }) => words)).toEqual(["0", "+20 ms", "+40 ms", "+60 ms", "+80 ms"]);
  });
  it("are never more than can be told apart", () => {
    for (const whole of [0, 1, 7, 61_000, 86_400_000, 40 * 86_400_000, 30 * 365 * 86_400_000]) expect(ticksOfSpan(whole).length).toBeLessThanOrEqual(8);
  });
  it("are round times of the zone's clock, and its midnights are days", () => {
    const range = { from: at("21:40:00"), to: at("21:40:00") + 10 * 3_600_000 };
    expect(ticksOfRange(range, "Europe/Berlin").map(({ words }) => words)).toEqual(["11-23", "02:00", "04:00", "06:00", "08:00"]);
    expect(ticksOfRange(range, "Asia/Kolkata").map(({ words }) => words)).toEqual(["04:00", "06:00", "08:00", "10:00", "12:00"]);
  });
  it("are a second apart at the least, since two in one second would read the same", () => {
    const range = { from: at("10:00:00") + 900, to: at("10:00:01") + 100 };
    expect(ticksOfRange(range, "UTC").map(({ words }) => words)).toEqual(["10:00:01"]);
  });
  it("keep to midnight where the clocks change", () => {
    const range = { from: Date.parse("2026-10-23T22:00:00Z"), to: Date.parse("2026-10-27T23:00:00Z") };
    expect(ticksOfRange(range, "Europe/Berlin").map(({ words }) => words)).toEqual(["10-24", "10-25", "10-26", "10-27", "10-28"]);
  });
});

describe("spans together", () => {
  const spans = [span("10:00:00", "10:00:00", "10:10:00"), span("10:00:00", "10:05:00", "10:07:00"), span("10:10:00", "10:10:00", "10:11:00")];
  it("tell the median, the longest, and how long they waited and ran", () =>
    expect(sumOf(spans)).toMatchObject({ median: 120_000, longest: 0, waited: 300_000, ran: 780_000 }));
  it("are at once where they overlap, not where one ends as the next begins", () => {
    expect(sumOf(spans).atOnce).toBe(2);
    expect(sumOf([spans[0]!, spans[2]!]).atOnce).toBe(1);
  });
});
