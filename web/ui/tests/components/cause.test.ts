import { describe, expect, it } from "vitest";
import type { Run } from "@/api/types";
import { wordsOfCause } from "@/model/cause";
import { windowsHrefOf } from "@/model/links";

const run = (more: Partial<Run>) => ({ run_type: "asset_triggered", triggering_user_name: null, cause: null, ...more }) as Run;
const event = { specversion: "1.0", id: "9", source: "shop", type: "order.paid" } as const;

describe("what made a run", () => {
  it("is who triggered it, where somebody did", () => {
    expect(wordsOfCause(run({ run_type: "manual", triggering_user_name: "ada" }))).toBe("by ada");
  });
  it("is its windows, and why it did not wait for all of them", () => {
    const windows = { kind: "windows" as const, assets: ["views", "clicks/eu"], missing: [], missing_count: 0 };
    expect(wordsOfCause(run({ cause: { ...windows, reason: "complete" } }))).toBe("by windows of views, clicks/eu");
    expect(wordsOfCause(run({ cause: { ...windows, reason: "deadline" } }))).toBe("by windows of views, clicks/eu (deadline)");
  });
  it("is an event, or how many", () => {
    expect(wordsOfCause(run({ cause: { kind: "event", count: 1, first: 7, last: 7, event, entry: 0 } }))).toBe("by event 7");
    expect(wordsOfCause(run({ cause: { kind: "event", count: 3, first: 5, last: 7, event, entry: 0 } }))).toBe("by 3 events");
  });
});

it("an asset with a key is linked to as such", () => {
  expect(windowsHrefOf("views")).toBe("/windows?asset=views");
  expect(windowsHrefOf("clicks/eu")).toBe("/windows?asset=clicks&key=eu");
});
