import { describe, expect, it } from "vitest";
import { append, emptyPart, fromLineStart, kHeld, linesOf, prepend } from "@/model/log_file";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the part of a log that is held", () => {
  it("grows at its end and knows where it lies", () => {
    const part = append(append(emptyPart(100), bytes("a\nb\n")), bytes("c"));
    expect([part.start, part.end]).toEqual([100, 105]);
    expect(linesOf(part)).toEqual(["a", "b", "c"]);
  });
  it("a character that is torn between two pieces is whole again", () => {
    const [left, right] = [bytes("ä").slice(0, 1), bytes("ä").slice(1)];
    expect(linesOf(append(append(emptyPart(0), left), right))).toEqual(["ä"]);
  });
  it("forgets its beginning when it is too long, at a line's start", () => {
    const line = "x".repeat(999) + "\n";
    const part = append(append(emptyPart(0), bytes(line.repeat(kHeld / 1000))), bytes(line.repeat(10)));
    expect(part.text.length).toBeLessThanOrEqual(kHeld);
    expect(part.start % 1000).toBe(0);
    expect(part.end - part.start).toBe(part.text.length);
  });
  it("forgets its end when what is before is read", () => {
    const line = "x".repeat(999) + "\n";
    const part = prepend(append(emptyPart(50_000_000), bytes(line.repeat(kHeld / 1000))), bytes(line.repeat(10)));
    expect(part.start).toBe(50_000_000 - 10_000);
    expect(part.end - part.start).toBe(part.text.length);
    expect(part.text.at(-1)).toBe(10);
  });
  it("begins with a whole line, unless it is all one", () => {
    expect(linesOf(fromLineStart(append(emptyPart(7), bytes("orn\nnext\n"))))).toEqual(["next"]);
    expect(linesOf(fromLineStart(append(emptyPart(7), bytes("no break"))))).toEqual(["no break"]);
    expect(linesOf(fromLineStart(append(emptyPart(0), bytes("first\n"))))).toEqual(["first"]);
  });
});
