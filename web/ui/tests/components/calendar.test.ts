import { describe, expect, it } from "vitest";
import { dayAfter, levelOf, weeksOf } from "@/model/calendar";

describe("the weeks of a calendar", () => {
  const weeks = weeksOf({ days: [{ date: "2026-11-02", runs: { success: 3 } }] }, "2026-10-28", "2026-11-10");
  it("go from Monday to Sunday, without what is outside", () => {
    expect(weeks.map((week) => week.days.map((day) => day?.date.slice(8) ?? "–").join(" "))).toEqual(["– – 28 29 30 31 01", "02 03 04 05 06 07 08", "09 10 – – – – –"]);
  });
  it("name the month that begins in them", () => expect(weeks.map((week) => week.month)).toEqual(["Nov", null, null]));
  it("have the runs of each day", () => {
    expect(weeks[1]!.days[0]!.runs).toEqual({ success: 3 });
    expect(weeks[1]!.days[1]!.runs).toBeNull();
  });
});

it("days follow each other over the change of clocks and the leap day", () => {
  expect(dayAfter("2026-03-28", 2)).toBe("2026-03-30");
  expect(dayAfter("2028-02-28", 1)).toBe("2028-02-29");
});

describe("how bad a day was", () => {
  it.each([
    [null, "none"],
    [{ success: 4 }, "good"],
    [{ success: 9, failed: 1 }, "few"],
    [{ success: 1, failed: 1, running: 7 }, "some"],
    [{ failed: 2 }, "most"],
    [{ running: 1 }, "open"],
    [{ success: 0, failed: 0 }, "none"],
  ])("%j is %s", (runs, level) => expect(levelOf(runs)).toBe(level));
});
