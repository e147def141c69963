import { fireEvent, render, screen } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/client";
import type { Params } from "@/api/types";
import { type Values, defaultsOf, faultsBelow, faultsOf } from "@/model/params";
import { SchemaForm } from "@/parts/schema_form";

const kParams: Params = {
  min_views: { value: 1, description: "Leave out products seen less", schema: { type: "integer", minimum: 0, maximum: 9 } },
  ratio: { value: 0.5, description: null, schema: { type: "number" } },
  region: { value: "eu", description: null, schema: { enum: ["eu", "us", 3] } },
  full: { value: false, description: null, schema: { type: "boolean" } },
  reason: { value: null, description: null, schema: { type: "string", minLength: 3 } },
  regions: { value: ["eu"], description: null, schema: { type: "array" } },
  options: { value: { deep: true }, description: null, schema: { type: "object" } },
};

function show(params: Params = kParams) {
  let now: Values = {};
  function House() {
    const [value, setValue] = useState(defaultsOf(params));
    now = value;
    return <SchemaForm params={params} value={value} onValue={setValue} faults={faultsOf(params, value)} />;
  }
  render(<House />);
  return { value: () => now };
}
const type = (label: RegExp, text: string) => fireEvent.input(screen.getByLabelText(label), { target: { value: text } });

describe("a form from params", () => {
  it("begins with the defaults, and leaves out what has none", () => {
    expect(show().value()).toEqual({ min_views: 1, ratio: 0.5, region: "eu", full: false, regions: ["eu"], options: { deep: true } });
  });
  it("gives numbers for numbers, and lets a decimal be typed to its end", () => {
    const { value } = show();
    type(/ratio/, "1.");
    expect(screen.getByLabelText<HTMLInputElement>(/ratio/).value).toBe("1.");
    type(/ratio/, "1.25");
    expect(value().ratio).toBe(1.25);
  });
  it("gives the choice itself, whatever its type", () => {
    const { value } = show();
    fireEvent.change(screen.getByLabelText("region"), { target: { value: "2" } });
    expect(value().region).toBe(3);
  });
  it("gives true for a ticked box", () => {
    const { value } = show();
    fireEvent.click(screen.getByLabelText("full"));
    expect(value().full).toBe(true);
  });
  it("reads lists and objects as JSON", () => {
    const { value } = show();
    type(/^regions/, '["us", "apac"]');
    expect(value().regions).toEqual(["us", "apac"]);
  });
  it("ties a fault to its field", () => {
    show();
    type(/min_views/, "10");
    const field = screen.getByLabelText(/min_views/);
    expect(field.getAttribute("aria-invalid")).toBe("true");
    const described = field.getAttribute("aria-describedby")!.split(" ").map((id) => document.getElementById(id)!.textContent);
    expect(described).toContain("is at most 9");
  });
});

describe("the faults of params", () => {
  const fault = (name: string, value: unknown) => faultsOf({ [name]: kParams[name]! }, { [name]: value })[name];
  it.each([
    ["min_views", 1.5, "is a whole number"],
    ["min_views", "abc", "is a whole number"],
    ["min_views", -1, "is at least 0"],
    ["min_views", undefined, "must not be empty"],
    ["reason", undefined, "must be given"],
    ["reason", "no", "has at least 3 characters"],
    ["regions", "[", 'is a list in JSON, as ["a", "b"]'],
    ["options", [1], 'is an object in JSON, as {"a": 1}'],
  ])("%s = %j %s", (name, value, words) => expect(fault(name, value)).toBe(words));
  it.each([
    ["min_views", 0],
    ["reason", "why"],
    ["regions", []],
  ])("%s = %j has none", (name, value) => expect(fault(name, value)).toBeUndefined());
  it("of the daemon are found by their place in the body", () => {
    const error = new ApiError(422, "", [
      { type: "value_error", loc: ["body", "conf", "min_views"], msg: "must be at least 0", input: -1 },
      { type: "value_error", loc: ["body", "note"], msg: "is too long", input: "" },
    ]);
    expect(faultsBelow(error, "conf")).toEqual({ min_views: "must be at least 0" });
  });
});
