import { fireEvent, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { DagTimeline } from "@/pages/dag/timeline";
import { serve, show } from "./stub";

const run = (id: string, state: string, queued: string, start: string | null, end: string | null) => ({
  dag_id: "etl", dag_run_id: id, state, run_type: "manual", triggering_user_name: "ada", cause: null, logical_date: null,
  queued_at: `2026-11-22T${queued}Z`, start_date: start && `2026-11-22T${start}Z`, end_date: end && `2026-11-22T${end}Z`,
});
const kRuns = [
  run("third", "success", "10:20:00", "10:20:00", "10:22:00"),
  run("second", "failed", "10:08:00", "10:10:00", "10:30:00"),
  run("first", "success", "10:00:00", "10:00:00", "10:10:30"),
];
const task = (task_id: string, start: string, end: string) => ({
  task_id, dag_id: "etl", dag_run_id: "second", state: "success", queued_when: `2026-11-22T${start}Z`, start_date: `2026-11-22T${start}Z`, end_date: `2026-11-22T${end}Z`,
});
const served = (runs: unknown[] = kRuns) =>
  serve({
    "GET /dags/etl/dagRuns": { dag_runs: runs, total_entries: runs.length, total_is_least: false },
    "GET /dags/etl/dagRuns/second/taskInstances": { task_instances: [task("load", "10:10:00", "10:30:00")], total_entries: 1 },
  });
const rows = async () => screen.findAllByRole("link", { name: /^Run / });
const widths = () => [...document.querySelectorAll<HTMLElement>(".timeline-bar")].map((bar) => Number(bar.style.width.replace("%", "")));

beforeEach(() => {
  history.replaceState(null, "", "/dags/etl/timeline");
  localStorage.setItem("weir.zone", "utc");
});

describe("the timeline of a DAG", () => {
  it("has a row for each run, the newest first, which opens it and tells when it waited and ran", async () => {
    served();
    show(<DagTimeline dag_id="etl" />);
    const links = await rows();
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["third", "second", "first"].map((id) => `/dags/etl/runs/${id}`));
    expect(screen.getByRole("link", { name: /^Run second/ })).toBe(links[1]);
    expect(links[1]!.textContent).toBe(
      "Run second: failed, by ada, queued 2026-11-22 10:08:00, started 2026-11-22 10:10:00, ended 2026-11-22 10:30:00, waited 2 min, ran 20 min",
    );
  });
  it("says what they are together", async () => {
    served();
    show(<DagTimeline dag_id="etl" />);
    const all = (await screen.findByText("median")).parentElement!.textContent;
    expect(all).toContain("median 10 min 30 s");
    expect(all).toContain("longest 20 min, second");
    expect(all).toContain("32 min 30 s and 2 min in the queue");
    expect(all).toContain("up to 2 at once");
  });
  it("lays the runs on one clock, or each from its start, which the address keeps", async () => {
    served();
    show(<DagTimeline dag_id="etl" />);
    await rows();
    expect(widths()[1]).toBeCloseTo(100 * (20 / 30));
    await userEvent.setup().click(screen.getByRole("button", { name: "Each from its start" }));
    await waitFor(() => expect(widths()[1]).toBeCloseTo(100 * (20 / 22)));
    expect(location.search).toBe("?scale=start");
  });
  it("lays each from its start by itself where a common clock would show mere specks", async () => {
    served([run("b", "success", "23:00:00", "23:00:00", "23:00:20"), run("a", "success", "01:00:00", "01:00:00", "01:00:10")]);
    show(<DagTimeline dag_id="etl" />);
    await rows();
    expect(screen.getByRole("button", { name: "Each from its start" }).getAttribute("aria-pressed")).toBe("true");
    expect(widths()).toEqual([100, 50]);
  });
  it("goes on until now while a run is open", async () => {
    const start = new Date(Date.now() - 90_000).toISOString();
    served([{ ...run("open", "running", "00:00:00", null, null), queued_at: start, start_date: start }]);
    show(<DagTimeline dag_id="etl" />);
    await rows();
    expect(screen.getByRole("link", { name: /^Run open/ }).textContent).toMatch(/1 min/);
    expect(widths()).toEqual([100]);
  });
  it("is walked with the arrows, shows the times where the focus is, and unfolds a run into its tasks", async () => {
    served();
    show(<DagTimeline dag_id="etl" />);
    const links = await rows();
    expect(links.map((link) => link.tabIndex)).toEqual([0, -1, -1]);
    links[0]!.focus();
    fireEvent.keyDown(links[0]!, { key: "ArrowDown" });
    expect(document.activeElement).toBe(links[1]);
    await waitFor(() => expect(document.querySelector(".tip")?.textContent).toContain("started 2026-11-22 10:10:00"));
    fireEvent.keyDown(links[1]!, { key: "ArrowRight" });
    const tasks = await screen.findByRole("region", { name: "Timeline of the tasks" });
    expect(within(tasks).getByRole("link").getAttribute("href")).toBe("/dags/etl/runs/second/tasks/load");
    expect(location.search).toBe("?run=second");
    // The way back in the history, and Left on another run, leave it as it is.
    fireEvent.keyDown(links[1]!, { key: "ArrowLeft", altKey: true });
    fireEvent.keyDown(links[0]!, { key: "ArrowLeft" });
    expect(location.search).toBe("?run=second");
    fireEvent.keyDown(links[1]!, { key: "ArrowLeft" });
    await waitFor(() => expect(screen.queryByRole("region", { name: "Timeline of the tasks" })).toBeNull());
  });
  it("asks the daemon for the runs that are chosen", async () => {
    history.replaceState(null, "", "/dags/etl/timeline?last=10&run_state=failed");
    const asked = served();
    show(<DagTimeline dag_id="etl" />);
    await rows();
    expect(Object.fromEntries(asked[0]!.query)).toEqual({ limit: "10", order_by: "-id", state: "failed" });
  });
  it("says so where no run is, and why where they can't be read", async () => {
    served([]);
    const empty = show(<DagTimeline dag_id="etl" />);
    expect(await screen.findByText("There is no run")).toBeTruthy();
    empty.unmount();
    serve({ "GET /dags/etl/dagRuns": () => ({ status: 500, json: { detail: "the disk is full" } }) });
    show(<DagTimeline dag_id="etl" />);
    expect((await screen.findByRole("alert")).textContent).toContain("the disk is full");
  });
});
