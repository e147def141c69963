import { describe, expect, it } from "vitest";
import { kPlain, parseAnsi } from "@/model/ansi";

const words = (line: string) => parseAnsi(line).spans.map((span) => [span.text, span.color, span.bold]);

describe("colours of a log", () => {
  it("become spans", () => {
    expect(words("a \x1b[32mgreen\x1b[0m b")).toEqual([["a ", null, false], ["green", 2, false], [" b", null, false]]);
    expect(words("\x1b[1;31mbold red\x1b[22m red")).toEqual([["bold red", 1, true], [" red", 1, false]]);
    expect(words("\x1b[94mbright")).toEqual([["bright", 12, false]]);
  });
  it("go on in the next line", () => {
    const { style } = parseAnsi("\x1b[33mwarn", kPlain);
    expect(parseAnsi("still", style).spans[0]!.color).toBe(3);
  });
  it("of more than the palette are left out, with their parameters", () => {
    expect(words("\x1b[38;5;9mx\x1b[38;2;1;2;3my\x1b[48;5;31mz")).toEqual([["x", 9, false], ["y", 9, false], ["z", 9, false]]);
  });
  it("other sequences vanish: cursor, title, link", () => {
    expect(words("\x1b[2K\x1b[1Ga\x1b]0;title\x07b\x1b]8;;http://x\x1b\\c")).toEqual([["a", null, false], ["b", null, false], ["c", null, false]]);
  });
  it("a progress bar shows its last state", () => expect(words("10%\r50%\r100%\r")).toEqual([["100%", null, false]]));
});
