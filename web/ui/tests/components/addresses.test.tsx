// What is looked for stands in the address: a reload, a link and the way back lead to the same.
import { fireEvent, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Run, TaskInstance } from "@/api/types";
import Audit from "@/pages/audit/audit";
import Events from "@/pages/events/events";
import Home from "@/pages/home/home";
import Notifications from "@/pages/notifications/notifications";
import { Tasks } from "@/pages/run/tasks";
import Runs from "@/pages/runs/runs";
import { Instances } from "@/pages/task/instances";
import Windows from "@/pages/windows/windows";
import { type Asked, serve, show } from "./stub";

const kRuns = { "GET /dags/~/dagRuns": { dag_runs: [], total_entries: 0, total_is_least: false } };
const kTasks = { "GET /dags/etl/dagRuns/r/taskInstances": { task_instances: [], total_entries: 0 } };
const kRun = { dag_id: "etl", dag_run_id: "r", state: "failed" } as Run;
const kMapped = { dag_id: "etl", dag_run_id: "r", task_id: "each", mapped: 3 } as TaskInstance;
const go = (place: string) => history.replaceState(null, "", place);
const last = (asked: Asked[], path: string) => asked.filter((one) => one.path === path).at(-1)!.query;

describe("what failed in a day", () => {
  const counts = { dags: 2, paused: 0, import_errors: 0, running: 0, queued: 0, failed_24h: 3, success_24h: 5, rejected_events: 0 };

  it("is what its figure leads to", async () => {
    serve({ "GET /overview": { running: [], failed: [], late: [], next: [], approvals: [], stale: [], counts } });
    show(<Home />);
    expect((await screen.findByRole("link", { name: /failed in 24 h/ })).getAttribute("href")).toBe("/runs?state=failed&ended=24");
    expect(screen.getByRole("link", { name: /succeeded in 24 h/ }).getAttribute("href")).toBe("/runs?state=success&ended=24");
  });
  it("is asked for from a day ago on, the last to fail first", async () => {
    go("/runs?state=failed&ended=24");
    const before = Date.now();
    const asked = serve(kRuns);
    show(<Runs />);
    await screen.findByText("None is like that.");
    const query = last(asked, "/dags/~/dagRuns");
    const since = Date.parse(query.get("end_date_gte")!) + 86_400_000;
    expect(since).toBeGreaterThanOrEqual(before);
    expect(since).toBeLessThanOrEqual(Date.now());
    expect([query.get("state"), query.get("order_by")]).toEqual(["failed", "-end_date"]);
  });
  it("is shown as a filter, which can be taken away", async () => {
    go("/runs?state=failed&ended=24");
    const asked = serve(kRuns);
    show(<Runs />);
    const ended = await screen.findByLabelText<HTMLSelectElement>("Ended in");
    expect(ended.value).toBe("24");
    await userEvent.setup().selectOptions(ended, "");
    await waitFor(() => expect(location.search).toBe("?state=failed"));
    await waitFor(() => expect(last(asked, "/dags/~/dagRuns").get("end_date_gte")).toBeNull());
  });
});

describe("the tasks of a run", () => {
  it("are filtered by the state in the address", async () => {
    go("/dags/etl/runs/r?state=failed&order=-start_date");
    const asked = serve(kTasks);
    show(<Tasks run={kRun} />);
    expect((await screen.findByLabelText<HTMLSelectElement>("State")).value).toBe("failed");
    expect([last(asked, "/dags/etl/dagRuns/r/taskInstances").get("state"), last(asked, "/dags/etl/dagRuns/r/taskInstances").get("order_by")]).toEqual(["failed", "-start_date"]);
  });
  it("put the state that is chosen into the address, and begin at the first page", async () => {
    go("/dags/etl/runs/r?offset=100");
    serve(kTasks);
    show(<Tasks run={kRun} />);
    await userEvent.setup().selectOptions(await screen.findByLabelText("State"), "running");
    await waitFor(() => expect(location.search).toBe("?state=running"));
  });
  it("with foreach do so with their instances", async () => {
    go("/dags/etl/runs/r/tasks/each?state=failed&offset=50");
    const asked = serve({ "GET /dags/etl/dagRuns/r/taskInstances/each/listMapped": { task_instances: [], total_entries: 0 } });
    show(<Instances of={kMapped} />);
    await screen.findByText("None is like that");
    const query = last(asked, "/dags/etl/dagRuns/r/taskInstances/each/listMapped");
    expect([query.get("state"), query.get("offset"), query.get("order_by")]).toEqual(["failed", "50", "map_index"]);
  });
});

describe("other lists", () => {
  it("of events keep their page", async () => {
    go("/events?disposition=rejected&offset=50");
    const asked = serve({ "GET /events": { events: [], total_entries: 0, total_is_least: false } });
    show(<Events />);
    await screen.findByText("No event is like that");
    expect(last(asked, "/events").get("offset")).toBe("50");
  });
  it("of notifications keep their filters", async () => {
    go("/notifications?dag=etl&state=failed");
    const asked = serve({ "GET /notifications": { notifications: [], total_entries: 0 } });
    show(<Notifications />);
    await screen.findByText("None is like that");
    expect([last(asked, "/notifications").get("dag_id"), last(asked, "/notifications").get("state")]).toEqual(["etl", "failed"]);
  });
  it("of the audit keep who and what", async () => {
    const asked = serve({ "GET /eventLogs": { event_logs: [], total_entries: 0 } });
    show(<Audit />);
    // Both within one pause: neither takes the other back.
    fireEvent.input(await screen.findByLabelText("Who"), { target: { value: "ada " } });
    fireEvent.input(screen.getByLabelText("DAG"), { target: { value: "etl" } });
    await waitFor(() => expect(location.search).toBe("?owner=ada&dag_id=etl"));
    await waitFor(() => expect(last(asked, "/eventLogs").get("owner")).toBe("ada"));
    expect(await screen.findByText("Nothing is like that")).toBeTruthy();
  });
});

describe("many assets", () => {
  const asset = (name: string, key = "", consumers: string[] = []) => ({ asset: name, key, watermark: null, newest_end: null, last_seen: "2026-11-22T12:00:00Z", last_event_id: 1, consumers });
  const assets = [...Array.from({ length: 20 }, (_, i) => asset("clicks", `shop-${i}`)), asset("views", "eu", ["report"])];
  const kWindows = { "GET /windows/assets": { assets, total_entries: 21 }, "GET /windows/coverage": { every: "1h", per: null, windows: [], counts: {} } };

  it("are found by a part of their name or of the DAG that uses them", async () => {
    serve(kWindows);
    show(<Windows />);
    fireEvent.input(await screen.findByLabelText("Asset or DAG"), { target: { value: "REPO" } });
    expect(await screen.findByText("1 of 21 assets")).toBeTruthy();
    expect(location.search).toBe("?q=REPO");
    expect(screen.getByRole("link", { name: "views/eu" }).getAttribute("href")).toBe("/?q=REPO&asset=views&key=eu");
  });
  it("are compared in the same range", async () => {
    go("/windows?asset=views&key=eu&range=7d&window=2026-11-22T11%3A00%3A00Z");
    serve(kWindows);
    show(<Windows />);
    expect((await screen.findByRole("button", { name: "7 days" })).getAttribute("aria-pressed")).toBe("true");
    expect(screen.getByRole("link", { name: "clicks/shop-3" }).getAttribute("href")).toBe("/windows?asset=clicks&key=shop-3&range=7d");
  });
});
