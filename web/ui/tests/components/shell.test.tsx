import { fireEvent, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Bar } from "@/shell/bar";
import { Navigation } from "@/shell/navigation";
import { Trouble } from "@/shell/trouble";
import { serve, show } from "./stub";

const result = (kind: string, title: string, more: object) => ({ kind, title, detail: null, dag_id: null, run_id: null, task_id: null, asset: null, key: null, ...more });
const kResults = { results: [result("dag", "etl", { dag_id: "etl" }), result("asset", "views/eu", { asset: "views", key: "eu" })] };

beforeEach(() => history.replaceState(null, "", "/"));

describe("the search", () => {
  it("opens with Ctrl K, is walked with the arrows, and Enter goes there", async () => {
    serve({ "GET /search": kResults });
    show(<Bar onMenu={() => {}} />);
    fireEvent.keyDown(document.body, { key: "k", ctrlKey: true });
    const user = userEvent.setup();
    const box = await screen.findByRole("combobox");
    await user.type(box, "e");
    await screen.findByRole("option", { name: /views\/eu/ });
    await user.type(box, "{ArrowDown}");
    expect(screen.getByRole("option", { name: /views\/eu/ }).getAttribute("aria-selected")).toBe("true");
    expect(box.getAttribute("aria-activedescendant")).toBe(screen.getByRole("option", { name: /views\/eu/ }).id);
    await user.type(box, "{Enter}");
    await waitFor(() => expect(location.pathname + location.search).toBe("/windows?asset=views&key=eu"));
  });
  it("says when nothing is called like that", async () => {
    serve({ "GET /search": { results: [] } });
    show(<Bar onMenu={() => {}} />);
    fireEvent.keyDown(document.body, { key: "/" });
    await userEvent.setup().type(await screen.findByRole("combobox"), "zzz");
    expect(await screen.findByText(/Nothing is called like/)).toBeTruthy();
  });
});

describe("the keys", () => {
  it("are told by ?", async () => {
    show(<Bar onMenu={() => {}} />);
    fireEvent.keyDown(document.body, { key: "?", shiftKey: true });
    expect(await screen.findByRole("heading", { name: "Keys" })).toBeTruthy();
  });
  it("lead to pages after g, and to none without it", async () => {
    show(<Bar onMenu={() => {}} />);
    fireEvent.keyDown(document.body, { key: "w" });
    expect(location.pathname).toBe("/");
    fireEvent.keyDown(document.body, { key: "g" });
    fireEvent.keyDown(document.body, { key: "w" });
    await waitFor(() => expect(location.pathname).toBe("/windows"));
  });
  it("do nothing while somebody types", () => {
    show(<><Bar onMenu={() => {}} /><input aria-label="text" /></>);
    fireEvent.keyDown(screen.getByLabelText("text"), { key: "?" });
    expect(screen.queryByRole("heading", { name: "Keys" })).toBeNull();
  });
});

describe("the navigation", () => {
  const counts = { dags: 1, paused: 0, import_errors: 2, running: 0, queued: 0, failed_24h: 0, success_24h: 0, rejected_events: 0 };
  it("marks where one is, and shows what is wrong with its count", async () => {
    serve({ "GET /overview": { counts } });
    show(<Navigation path="/dags/etl" />);
    expect(screen.getByRole("link", { name: "DAGs" }).getAttribute("aria-current")).toBe("page");
    await waitFor(() => expect(screen.getByRole("link", { name: /Import errors/ }).textContent).toContain("2"));
  });
  it("leaves out what the role may not see", () => {
    serve({ "GET /overview": { counts } });
    show(<Navigation path="/" />, "operator");
    expect(screen.queryByRole("link", { name: "Users" })).toBeNull();
    expect(screen.getByRole("link", { name: "API tokens" })).toBeTruthy();
  });
});

describe("what is wrong with the daemon", () => {
  afterEach(() => vi.useRealTimers());

  it("is told on a page on which nothing changes", async () => {
    vi.useFakeTimers();
    let problem: string | null = null;
    serve({ "GET /monitor/health": () => ({ json: { problem } }) });
    show(<Trouble />);
    await vi.advanceTimersByTimeAsync(1000);
    expect(screen.queryByRole("alert")).toBeNull();
    problem = "The disk is full";
    await vi.advanceTimersByTimeAsync(20_000);
    expect(screen.getByRole("alert").textContent).toBe("The disk is full");
  });
});
