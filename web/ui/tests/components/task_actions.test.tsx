import { fireEvent, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { kOpenStates } from "@/model/states";
import { type Target, TaskActions } from "@/parts/task_actions";
import { serve, show } from "./stub";

const kRun = "/dags/etl/dagRuns/r1";
const kInstance: Target = { dag_id: "etl", run_id: "r1", task_id: "each", map_index: 1, state: "running" };
const kWholeTask: Target = { ...kInstance, map_index: -1 };
const kWholeRun: Target = { dag_id: "etl", run_id: "r1", state: "running" };
const row = (task_id: string, state: string | null, more: object = {}) => ({ task_id, state, dag_run_id: "r1", map_index: -1, rendered_map_index: null, mapped: 0, ...more });
const listOf = (...rows: object[]) => ({ task_instances: rows, total_entries: rows.length });
const kOpenOnes = listOf(row("each", "running", { mapped: 2 }), row("each", "running", { map_index: 0 }), row("each", null, { map_index: 1 }), row("tell", null));

async function choose(target: Target, item: string) {
  show(<TaskActions target={target} />);
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: /^Change/ }));
  await user.click(await screen.findByRole("menuitem", { name: item }));
}
const submit = () => fireEvent.submit(document.querySelector("dialog form")!);
const affected = async () => [...(await screen.findByRole("list", { name: "What is affected" })).children].map((one) => one.textContent);

beforeEach(() => history.replaceState(null, "", "/"));

describe("ending", () => {
  it.each([
    ["one instance of a task ends no other", kInstance, { task_id: "each", map_index: 1 }],
    ["a task with foreach ends all its instances", kWholeTask, { task_id: "each" }],
    ["a run names no task", kWholeRun, {}],
  ])("%s", async (_, target, body) => {
    const asked = serve({ [`GET ${kRun}/taskInstances`]: kOpenOnes, [`POST ${kRun}/kill`]: {} });
    await choose(target, "End it…");
    submit();
    await waitFor(() => expect(asked.find(({ method }) => method === "POST")?.body).toEqual(body));
  });
  it("a run lists first what of it is not over, an instance at a time", async () => {
    const asked = serve({ [`GET ${kRun}/taskInstances`]: kOpenOnes });
    await choose(kWholeRun, "End it…");
    expect(await affected()).toEqual(["running each[0]", "waiting each[1]", "waiting tell"]);
    expect(screen.getByRole("heading", { name: "3 task instances" })).toBeTruthy();
    expect(asked[0]!.query.getAll("state")).toEqual(kOpenStates);
    expect(asked[0]!.query.has("task_id")).toBe(false);
  });
  it("an instance asks for that instance alone", async () => {
    const asked = serve({ [`GET ${kRun}/taskInstances`]: listOf(row("each", "running", { map_index: 1 })) });
    await choose(kInstance, "End it…");
    expect(await affected()).toEqual(["running each[1]"]);
    expect([asked[0]!.query.get("task_id"), asked[0]!.query.get("map_index")]).toEqual(["each", "1"]);
  });
});

describe("saying how it ended", () => {
  it("of one instance shows what that changes, and changes it", async () => {
    const place = `${kRun}/taskInstances/each/1`;
    const asked = serve({ [`PATCH ${place}/dry_run`]: listOf(row("each", "failed", { map_index: 1 })), [`PATCH ${place}`]: {} });
    await choose({ ...kInstance, state: "failed" }, "Say how it ended…");
    expect(await affected()).toEqual(["failed each[1]"]);
    await userEvent.setup().click(screen.getByRole("button", { name: "Mark as success" }));
    await waitFor(() => expect(asked.at(-1)!.path).toBe(place));
    expect(asked.at(-1)!.body).toEqual({ new_state: "success", include_upstream: false, include_downstream: false });
  });
  it("of a run lists first what is not over", async () => {
    serve({ [`GET ${kRun}/taskInstances`]: listOf(row("load", "running")) });
    await choose(kWholeRun, "Say how it ended…");
    expect(await affected()).toEqual(["running load"]);
  });
  it("of a run that is over is possible, though no task changes", async () => {
    serve({ [`GET ${kRun}/taskInstances`]: listOf() });
    await choose({ ...kWholeRun, state: "failed" }, "Say how it ended…");
    await screen.findByText(/only the state of the run changes/);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Mark as success" }).disabled).toBe(false);
  });
});

describe("a preview that fails", () => {
  it("says why, can be asked for again, and does not keep anybody from going on", async () => {
    let ill = true;
    serve({ "POST /dags/etl/clearTaskInstances": () => (ill ? { status: 503, json: { detail: "the disk is full" } } : { json: listOf(row("each", "failed", { map_index: 1 })) }) });
    await choose({ ...kInstance, state: "failed" }, "Run again…");
    const button = screen.getByRole<HTMLButtonElement>("button", { name: "Run again" });
    expect(button.disabled).toBe(true);
    await screen.findByText("the disk is full");
    expect(button.disabled).toBe(false);
    ill = false;
    await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
    expect(await affected()).toEqual(["failed each[1]"]);
  });
  it("of what changes nothing keeps the button shut", async () => {
    serve({ "POST /dags/etl/clearTaskInstances": listOf() });
    await choose({ ...kInstance, state: "failed" }, "Run again…");
    await screen.findByText("Nothing would run again.");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Run again" }).disabled).toBe(true);
  });
});
