import { screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { DagDetails } from "@/api/types";
import { Code } from "@/pages/dag/code";
import Errors from "@/pages/errors/errors";
import { Source } from "@/parts/source";
import { serve, show } from "./stub";

const fault = (line: number, column: number, message: string) => ({ file: "etl.yaml", line, column, message });
const kFault = fault(3, 14, "task 'b' needs unknown 'aa'; did you mean 'a'?");
const kError = { import_error_id: 7, timestamp: "2026-11-22T12:00:00Z", filename: "etl.yaml", bundle_name: null, stack_trace: "etl.yaml:3:14: …", diagnostics: [kFault] };
const kOnDisk = 'tasks:\n  a: {run: "echo a"}\n  b: {needs: aa, run: "echo b"}\n';
const kInForce = 'tasks:\n  a: {run: "echo a"}\n';
const kDag = { dag_id: "etl", fileloc: "etl.yaml", latest_dag_version: { version_number: 4 } } as DagDetails;
const kAnswers = {
  "GET /dagSources/etl": { content: kInForce },
  "GET /importErrors": { import_errors: [kError], total_entries: 1 },
  "GET /importErrors/7": { ...kError, content: kOnDisk },
};

/** The line that each fault stands under, with its words. */
const places = (source: HTMLElement) =>
  [...source.querySelectorAll(".source-fault")].map((one) => [one.closest(".source-entry")!.querySelector("code")!.textContent, one.textContent]);
const marks = (source: HTMLElement) => [...source.querySelectorAll(".source-wrong")].map((one) => one.textContent);

beforeEach(() => history.replaceState(null, "", "/"));

describe("a source", () => {
  it("marks what stands at a fault, also behind letters of several bytes", () => {
    show(<Source text={"größe: {needs: aa}\n"} label="YAML" faults={[fault(1, 18, "unknown")]} />);
    expect(marks(screen.getByLabelText("YAML"))).toEqual(["aa"]);
  });
  it("has every fault, those of the whole file and past its end too", () => {
    show(<Source text={"a: 1\nb: 2\n"} label="YAML" faults={[fault(0, 0, "whole"), fault(9, 1, "past")]} />);
    expect(places(screen.getByLabelText("YAML"))).toEqual([["a: 1", "whole"], ["b: 2", "past"]]);
  });
  it("loses nothing of a line with two faults", () => {
    const line = '  b: {needs: aa, run: "echo b"}';
    show(<Source text={line} label="YAML" faults={[fault(1, 14, "one"), fault(1, 18, "two")]} />);
    const source = screen.getByLabelText("YAML");
    expect(marks(source)).toEqual(["aa", "run"]);
    expect(source.querySelector("code")!.textContent).toBe(line);
  });
});

describe("the code of a DAG whose file is broken", () => {
  it("is the text on disk with each fault under its line, and the one in force beside it", async () => {
    serve(kAnswers);
    show(<Code dag={kDag} />);
    const onDisk = await screen.findByLabelText("etl.yaml on disk");
    expect(places(onDisk)).toEqual([['  b: {needs: aa, run: "echo b"}', "task 'b' needs unknown 'aa'did you mean 'a'?"]]);
    expect(screen.getByText(/version 4 stays in force/)).toBeTruthy();
    await userEvent.setup().click(screen.getByRole("button", { name: "In force" }));
    const inForce = await screen.findByLabelText("YAML");
    expect(inForce.textContent).not.toContain("needs");
    expect(places(inForce)).toEqual([]);
    expect(location.search).toBe("?view=force");
  });
  it("is the list of faults where the text is not kept", async () => {
    serve({ ...kAnswers, "GET /importErrors/7": { ...kError, content: null } });
    show(<Code dag={kDag} />);
    expect(await screen.findByText(/longer than 256 KiB/)).toBeTruthy();
    expect(screen.getByText("3:14")).toBeTruthy();
  });
  it("is the one text where the file is fine", async () => {
    serve({ ...kAnswers, "GET /importErrors": { import_errors: [], total_entries: 0 } });
    show(<Code dag={kDag} />);
    await screen.findByLabelText("YAML");
    expect(screen.queryByRole("button", { name: "In force" })).toBeNull();
  });
});

describe("an import error", () => {
  it("is shown in its file when that is asked for, and not read before", async () => {
    const asked = serve(kAnswers);
    show(<Errors />);
    const card = await screen.findByRole("region", { name: "etl.yaml" });
    expect(within(card).getByText("3:14")).toBeTruthy();
    expect(asked.some(({ path }) => path === "/importErrors/7")).toBe(false);
    await userEvent.setup().click(within(card).getByRole("button", { name: "In the file" }));
    expect(places(await within(card).findByLabelText("etl.yaml on disk"))).toHaveLength(1);
  });
});
