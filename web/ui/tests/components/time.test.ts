import { describe, expect, it } from "vitest";
import { ago, dateTime, duration, offsetOf } from "@/model/time";

describe("moments", () => {
  it("are shown in the zone that is asked for, summer and winter", () => {
    expect(dateTime("2026-07-01T22:30:00Z", "Europe/Berlin")).toBe("2026-07-02 00:30:00");
    expect(dateTime("2026-12-01T22:30:00Z", "Europe/Berlin")).toBe("2026-12-01 23:30:00");
    expect(offsetOf("2026-07-01T22:30:00Z", "Europe/Berlin")).toBe("+02:00");
    expect(offsetOf("2026-07-01T22:30:00Z", "UTC")).toBe("+00:00");
  });
  it("are told from now", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(ago("2026-11-22T11:57:00Z", now)).toBe("3 min ago");
    expect(ago("2026-11-22T14:00:00Z", now)).toBe("in 2 h");
    expect(ago("2026-11-22T11:59:58Z", now)).toBe("now");
    expect(ago("2026-11-22T11:59:52Z", now)).toBe("8 s ago");
  });
});

describe("durations", () => {
  it.each([
    [0.25, "250 ms"],
    [4.21, "4.2 s"],
    [59.9, "59 s"],
    [200, "3 min 20 s"],
    [7200, "2 h"],
    [93784, "1 d 2 h"],
  ])("%d seconds are %s", (seconds, words) => expect(duration(seconds)).toBe(words));
});
