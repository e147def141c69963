import { describe, expect, it } from "vitest";
import { tokensOf } from "@/model/yaml_tokens";

const kinds = (line: string) => tokensOf(line).filter((token) => token.text.trim()).map((token) => [token.kind, token.text]);

describe("YAML in colours", () => {
  it("tells keys from values", () =>
    expect(kinds("  load: {run: ./load, retries: 2}")).toEqual([
      ["key", "load"], ["plain", ": {"], ["key", "run"], ["plain", ": ./load, "], ["key", "retries"], ["plain", ": "], ["number", "2"], ["plain", "}"],
    ]));
  it("knows strings, expressions and comments", () =>
    expect(kinds('env: {A: "x # y", B: ${{ params.a }}} # why')).toEqual([
      ["key", "env"], ["plain", ": {"], ["key", "A"], ["plain", ": "], ["string", '"x # y"'], ["plain", ", "], ["key", "B"], ["plain", ": "],
      ["expression", "${{ params.a }}"], ["plain", "} "], ["comment", "# why"],
    ]));
  it("loses nothing of any line", () => {
    for (const line of ["", "a#b: c", "- x", "'open", '"open', "k: 'it''s'", "\tk:", "  - cron: \"15 2 * * *\""]) expect(tokensOf(line).map((token) => token.text).join("")).toBe(line);
  });
});
