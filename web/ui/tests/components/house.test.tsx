import { fireEvent, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Approvals from "@/pages/approvals/approvals";
import Audit from "@/pages/audit/audit";
import Events from "@/pages/events/events";
import Home from "@/pages/home/home";
import Runs from "@/pages/runs/runs";
import { scopesOf } from "@/pages/tokens/make_token";
import Tokens from "@/pages/tokens/tokens";
import Users from "@/pages/users/users";
import { splitRemedy } from "@/parts/faults";
import { serve, show } from "./stub";

const kCounts = { dags: 2, paused: 0, import_errors: 0, running: 0, queued: 0, failed_24h: 0, success_24h: 0, rejected_events: 0 };
const kOverview = { running: [], failed: [], late: [], next: [], approvals: [], stale: [], counts: kCounts };
const kQuestion = {
  subject: "Publish?", defaults: null, assigned_roles: [], created_at: "2026-11-22T12:00:00Z", response_received: false,
  params: { canary: { value: true, description: null, schema: { type: "boolean" } }, share: { value: null, description: null, schema: { type: "integer", maximum: 100 } } },
  task_instance: { dag_id: "release", dag_run_id: "r/1", task_id: "agree", map_index: -1, rendered_map_index: null },
};
const kAnswer = "/dags/release/dagRuns/r%2F1/taskInstances/agree/-1/hitlDetails";
const kRejected = {
  event_id: 61, received_at: "2026-11-22T12:00:00Z", source: "http", disposition: "rejected", reason: "windowend is not after windowstart",
  position: null, dag_id: null, dag_run_id: null, replay_of: null, event: { type: "dev.weir.window.completed", subject: "views" }, raw: null,
};

beforeEach(() => history.replaceState(null, "", "/"));

describe("the home page", () => {
  it("welcomes a new installation with what to do", async () => {
    serve({ "GET /overview": { ...kOverview, counts: { ...kCounts, dags: 0 } } });
    show(<Home />);
    expect(await screen.findByRole("heading", { name: "Welcome to Weir" })).toBeTruthy();
  });
  it("says so when all is well", async () => {
    serve({ "GET /overview": kOverview });
    show(<Home />);
    expect(await screen.findByText(/Nothing has failed/)).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Late" })).toBeNull();
  });
  it("names what is late, since when and why", async () => {
    serve({ "GET /overview": { ...kOverview, late: [{ dag_id: "etl", run_id: null, asset: "views/eu", since: new Date(Date.now() - 125_000).toISOString(), words: "2 windows are missing since 2026-11-22T12:00:00Z" }] } });
    localStorage.setItem("weir.zone", "utc");
    show(<Home />);
    const late = await screen.findByRole("region", { name: "Late" });
    expect(late.textContent).toContain("2 windows are missing since 2026-11-22 12:00:00");
    expect(late.textContent).toContain("2 min ago");
    expect(within(late).getByRole("link", { name: "etl" }).getAttribute("href")).toBe("/windows?asset=views&key=eu");
  });
});

describe("what failed, on the home page,", () => {
  const failed = (dag_id: string, run: string) => ({
    dag_id, dag_run_id: run, dag_display_name: dag_id, state: "failed", run_type: "scheduled", logical_date: null, end_date: "2026-11-22T12:00:00Z", note: null,
  });
  const runs = [failed("noisy", "3"), failed("noisy", "2"), failed("etl", "7"), failed("noisy", "1")];

  it("is a line for each DAG, which leads to its newest and to all of them", async () => {
    serve({ "GET /overview": { ...kOverview, failed: runs, counts: { ...kCounts, failed_24h: 4 } } });
    show(<Home />);
    const list = within(await screen.findByRole("region", { name: "Failed in 24 hours" }));
    expect(list.getAllByRole("listitem").length).toBe(2);
    expect(list.getByRole("link", { name: "noisy" }).getAttribute("href")).toBe("/dags/noisy/runs/3");
    expect(list.getByRole("link", { name: "and 2 others" }).getAttribute("href")).toBe("/runs?dag=noisy&state=failed&ended=24");
    expect(list.getByRole("link", { name: "all" }).getAttribute("href")).toBe("/runs?state=failed&ended=24");
  });
  it("is not counted by DAG where only a part of it is known", async () => {
    serve({ "GET /overview": { ...kOverview, failed: runs, counts: { ...kCounts, failed_24h: 90 } } });
    show(<Home />);
    expect(await screen.findByRole("link", { name: "and others" })).toBeTruthy();
  });
});

describe("an approval", () => {
  it("is answered with the form, and not before the form is whole", async () => {
    const asked = serve({ "GET /dags/~/dagRuns/~/hitlDetails": { hitl_details: [kQuestion], total_entries: 1 }, [`PATCH ${kAnswer}`]: {} });
    show(<Approvals />, "user");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Answer" }));
    await user.click(await screen.findByRole("button", { name: "Approve" }));
    expect(screen.getByText("must be given")).toBeTruthy();
    await user.type(screen.getByLabelText(/share/), "20");
    await user.type(screen.getByLabelText("Note"), "fine");
    await user.click(screen.getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ chosen_options: ["Approve"], params_input: { canary: true, share: 20 }, note: "fine" }));
  });
  it("can be rejected without filling the form", async () => {
    const asked = serve({ "GET /dags/~/dagRuns/~/hitlDetails": { hitl_details: [kQuestion], total_entries: 1 }, [`PATCH ${kAnswer}`]: {} });
    show(<Approvals />, "user");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Answer" }));
    await user.click(await screen.findByRole("button", { name: "Reject" }));
    await waitFor(() => expect(asked.find(({ method }) => method === "PATCH")?.body).toMatchObject({ chosen_options: ["Reject"] }));
  });
  it("is not for those whose role it does not name", async () => {
    serve({ "GET /dags/~/dagRuns/~/hitlDetails": { hitl_details: [{ ...kQuestion, assigned_roles: ["admin"] }], total_entries: 1 } });
    show(<Approvals />, "user");
    const button = await screen.findByRole<HTMLButtonElement>("button", { name: "Answer" });
    expect([button.disabled, button.title]).toEqual([true, "Answering this needs the role admin"]);
  });
});

describe("the ledger", () => {
  it("keeps what is looked for in the address, and asks the daemon for it", async () => {
    const asked = serve({ "GET /events": { events: [kRejected], total_entries: 1, total_is_least: false } });
    show(<Events />, "viewer");
    await userEvent.setup().selectOptions(await screen.findByLabelText("What became of it"), "rejected");
    await waitFor(() => expect(asked.at(-1)!.query.get("disposition")).toBe("rejected"));
    expect(location.search).toBe("?disposition=rejected");
  });
  it("lets an operator replay a dead letter, and nobody below", async () => {
    const asked = serve({ "GET /events": { events: [kRejected], total_entries: 1, total_is_least: false }, "POST /events/61/replay": kRejected });
    const first = show(<Events />, "user");
    expect((await screen.findByRole<HTMLButtonElement>("button", { name: "Replay" })).disabled).toBe(true);
    first.unmount();
    show(<Events />, "operator");
    await userEvent.setup().click(await screen.findByRole("button", { name: "Replay" }));
    await waitFor(() => expect(asked.some(({ method, path }) => method === "POST" && path === "/events/61/replay")).toBe(true));
  });
});

describe("a token", () => {
  it("is made with its scopes and shown once", async () => {
    const made = { token_id: 7, name: "ci", username: "ada", role: "user", scopes: [], created_at: "2026-11-22T12:00:00Z", expires_at: null, last_used_at: null };
    const asked = serve({ "GET /tokens": { tokens: [], total_entries: 0 }, "POST /tokens": () => ({ status: 201, json: { ...made, token: "weir_secret" } }) });
    show(<Tokens />);
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Make a token" }));
    await user.type(screen.getByLabelText("Name"), "ci");
    await user.type(screen.getByLabelText("Only these DAGs"), "etl, release");
    await user.click(screen.getByRole("button", { name: "Make it" }));
    expect((await screen.findByTestId("token")).textContent).toContain("weir_secret");
    expect(asked.find(({ method }) => method === "POST")!.body).toEqual({ name: "ci", role: "user", scopes: ["dags/etl", "dags/release"], expires_in_days: 90 });
    await user.click(await screen.findByRole("button", { name: "I have kept it" }));
    expect(screen.queryByText("weir_secret")).toBeNull();
  });
  it("may be for events alone", () => expect(scopesOf(true, "")).toEqual(["events"]));
});

describe("users", () => {
  it("can't be changed where logins are off", async () => {
    serve({ "GET /users": { users: [], total_entries: 0 } });
    show(<Users />, "admin", "off");
    expect((await screen.findByRole<HTMLButtonElement>("button", { name: "Add a user" })).disabled).toBe(true);
  });
  it("are not asked for by those who may not see them", async () => {
    const asked = serve({});
    show(<Users />, "operator");
    expect(await screen.findByText(/role admin/)).toBeTruthy();
    expect(asked).toEqual([]);
  });
});

describe("a diagnostic", () => {
  it("is split into what is wrong and how to mend it", () =>
    expect(splitRemedy("task 'a' needs unknown 'bb'; did you mean 'b'?")).toEqual({ fault: "task 'a' needs unknown 'bb'", remedy: "did you mean 'b'?" }));
  it("may have no remedy", () => expect(splitRemedy("is not a list").remedy).toBeNull());
});

describe("the audit", () => {
  afterEach(() => (vi.unstubAllEnvs(), localStorage.clear()));

  it("takes a day for one of the zone in which times are shown", async () => {
    vi.stubEnv("TZ", "Asia/Tokyo");
    localStorage.setItem("weir.zone", "utc");
    const asked = serve({ "GET /eventLogs": { event_logs: [], total_entries: 0 } });
    show(<Audit />);
    fireEvent.input(await screen.findByLabelText("From"), { target: { value: "2026-11-22" } });
    await waitFor(() => expect(asked.at(-1)!.query.get("after")).toBe("2026-11-22T00:00:00.000Z"));
  });
});

describe("the runs of all DAGs", () => {
  it("are none while the id of one is not whole, which is no fault", async () => {
    history.replaceState(null, "", "/runs?dag=et");
    serve({});
    show(<Runs />);
    expect(await screen.findByText("No DAG has this id")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
