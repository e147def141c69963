import { describe, expect, it } from "vitest";
import { withQuery } from "@/model/query";
import { wordsOfSchedule } from "@/model/schedule";
import { dayBounds, momentAt } from "@/model/zone";

describe("a schedule in words", () => {
  it.each([
    [null, "by hand only"],
    ["*/5 * * * * in Europe/Berlin", "every 5 minutes, Europe/Berlin"],
    ["15 2 * * *", "every day at 02:15"],
    ["0 * * * * in UTC", "every hour, UTC"],
    ["30 6 * * MON-FRI in America/New_York", "Monday to Friday at 06:30, America/New_York"],
    ["0 9 * * 1", "every Monday at 09:00"],
    ["@daily", "every day at 00:00"],
    ["1,31 2-4 * * * in UTC", "1,31 2-4 * * * in UTC"],
    ["windows of views", "windows of views"],
  ])("%s is %s", (description, words) => expect(wordsOfSchedule(description)).toBe(words));
});

describe("what a clock shows", () => {
  it("is another moment in summer than in winter", () => {
    expect(momentAt("2026-07-01T02:15", "Europe/Berlin")).toBe("2026-07-01T00:15:00.000Z");
    expect(momentAt("2026-12-01T02:15", "Europe/Berlin")).toBe("2026-12-01T01:15:00.000Z");
  });
  it("is right on both sides of the change of the clocks", () => {
    expect(momentAt("2026-03-29T01:59", "Europe/Berlin")).toBe("2026-03-29T00:59:00.000Z");
    expect(momentAt("2026-03-29T03:00", "Europe/Berlin")).toBe("2026-03-29T01:00:00.000Z");
  });
  it("makes a day of 23 hours in spring", () => {
    expect(dayBounds("2026-03-29", "Europe/Berlin")).toEqual({ start: "2026-03-28T23:00:00.000Z", last: "2026-03-29T21:59:59.999Z" });
  });
});

describe("the query of an address", () => {
  it("keeps what isn't changed, and loses what is empty", () => {
    expect(withQuery("/runs?state=failed&offset=50", { offset: "", dag: "a b" })).toBe("/runs?state=failed&dag=a+b");
    expect(withQuery("/runs?state=failed", { state: "" })).toBe("/runs");
  });
});
