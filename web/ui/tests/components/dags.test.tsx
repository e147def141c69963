import { fireEvent, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import Dags from "@/pages/dags/dags";
import { serve, show } from "./stub";

const dag = (dag_id: string, more: object = {}) => ({
  dag_id, dag_display_name: dag_id, is_paused: false, is_stale: false, description: null, timetable_summary: null, timetable_description: null,
  tags: [], has_import_errors: false, owners: [], fileloc: dag_id + ".yaml", next_dagrun_run_after: null, ...more,
});
const run = (id: string, state: string) => ({
  dag_run_id: id, dag_id: "etl", state, logical_date: "2026-11-22T12:00:00Z", run_after: "2026-11-22T12:00:00Z", start_date: "2026-11-22T12:00:00Z", duration: 4, queued_at: null,
});
const kAnswers = {
  "GET /dags": { dags: [dag("etl", { tags: [{ name: "nightly" }], has_import_errors: true })], total_entries: 1 },
  "GET /dags/etl/dagRuns": { dag_runs: [run("newest", "failed"), run("older", "success")], total_entries: 2 },
  "GET /importErrors": { import_errors: [{}], total_entries: 2 },
};

beforeEach(() => history.replaceState(null, "", "/dags"));

describe("the list of DAGs", () => {
  it("shows how the last runs went, the newest at the right", async () => {
    serve(kAnswers);
    show(<Dags />);
    const bars = await screen.findAllByLabelText(/^Run /);
    expect(bars.map((bar) => bar.getAttribute("href"))).toEqual(["/dags/etl/runs/older", "/dags/etl/runs/newest"]);
    expect(bars[1]!.getAttribute("aria-label")).toContain("failed");
  });
  it("tells of files with errors, and which DAG runs on its version before", async () => {
    serve(kAnswers);
    show(<Dags />);
    expect(await screen.findByText(/2 files have/)).toBeTruthy();
    expect((await screen.findByText("file has errors")).getAttribute("href")).toBe("/dags/etl/code");
  });
  it("asks the daemon for the tag that is clicked, and shows it in the address", async () => {
    const asked = serve(kAnswers);
    show(<Dags />);
    fireEvent.click(await screen.findByText("nightly"));
    await waitFor(() => expect(asked.some((one) => one.path === "/dags" && one.query.get("tags") === "nightly")).toBe(true));
    expect(location.search).toBe("?tag=nightly");
  });
  it("begins at the first page when another filter is chosen", async () => {
    history.replaceState(null, "", "/dags?offset=50");
    const asked = serve(kAnswers);
    show(<Dags />);
    await screen.findByText("nightly");
    await userEvent.setup().selectOptions(screen.getByLabelText("Which"), "paused");
    await waitFor(() => expect(asked.some((one) => one.query.get("paused") === "true" && one.query.get("offset") === "0")).toBe(true));
  });
  it("lets a viewer look, and says what pausing needs", async () => {
    serve(kAnswers);
    show(<Dags />, "viewer");
    const pause = await screen.findByLabelText<HTMLButtonElement>("Pause etl");
    expect(pause.disabled).toBe(true);
    expect(pause.parentElement!.title).toContain("user");
  });
});
