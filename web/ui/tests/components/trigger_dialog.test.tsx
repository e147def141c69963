import { fireEvent, screen, waitFor } from "@testing-library/preact";
import { beforeEach, describe, expect, it } from "vitest";
import { TriggerDialog } from "@/parts/trigger_dialog";
import { type Asked, serve, show } from "./stub";

const kDetails = {
  dag_id: "etl", dag_display_name: "etl", is_paused: false, timezone: "UTC",
  params: {
    min_views: { value: 1, description: null, schema: { type: "integer", minimum: 0 } },
    label: { value: "", description: null, schema: { type: "string" } },
  },
};
const kRun = { dag_id: "etl", dag_run_id: "manual__1" };
const kPost = "POST /dags/etl/dagRuns";

let closed = 0;
async function open(answer: unknown = kRun) {
  const asked = serve({ "GET /dags/etl/details": kDetails, [kPost]: answer });
  show(<TriggerDialog dag_id="etl" onClose={() => closed++} />);
  await screen.findByLabelText(/min_views/);
  return () => asked.filter((one): one is Asked => one.method === "POST");
}
const submit = () => fireEvent.submit(document.querySelector("dialog form")!);
const type = (label: RegExp, value: string) => fireEvent.input(screen.getByLabelText(label), { target: { value } });

beforeEach(() => {
  closed = 0;
  history.replaceState(null, "", "/");
});

describe("the trigger dialog", () => {
  it("sends the params of the form, and goes to the run that comes of it", async () => {
    const posts = await open();
    type(/min_views/, "5");
    type(/Note/, "again");
    submit();
    await waitFor(() => expect(closed).toBe(1));
    expect(posts()[0]!.body).toEqual({ conf: { min_views: 5, label: "" }, note: "again" });
    expect(location.pathname).toBe("/dags/etl/runs/manual__1");
  });
  it("sends once, however often it is submitted", async () => {
    const posts = await open();
    submit();
    submit();
    await waitFor(() => expect(closed).toBe(1));
    expect(posts()).toHaveLength(1);
  });
  it("sends nothing while a param is wrong, and says so at its field", async () => {
    const posts = await open();
    type(/min_views/, "-1");
    submit();
    expect(await screen.findByText("is at least 0")).toBeTruthy();
    expect(posts()).toHaveLength(0);
  });
  it("puts what the daemon refuses at its field", async () => {
    await open(() => ({ status: 422, json: { detail: [{ type: "value_error", loc: ["body", "conf", "label"], msg: "matches no label", input: "" }] } }));
    submit();
    await waitFor(() => expect(screen.getByLabelText(/label/).getAttribute("aria-invalid")).toBe("true"));
    expect(closed).toBe(0);
  });
  it("asks again with the same key when nobody knows whether a run was made", async () => {
    const posts = await open(() => ({ status: 502 }));
    submit();
    await waitFor(() => expect(posts()).toHaveLength(1));
    await screen.findByRole("alert");
    submit();
    await waitFor(() => expect(posts()).toHaveLength(2));
    const [first, second] = posts().map((one) => one.headers.get("Idempotency-Key"));
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toBe(first);
  });
  it("asks with another key after a refusal", async () => {
    const posts = await open(() => ({ status: 409, json: { detail: "there is such a run" } }));
    submit();
    await screen.findByText("there is such a run");
    submit();
    await waitFor(() => expect(posts()).toHaveLength(2));
    const [first, second] = posts().map((one) => one.headers.get("Idempotency-Key"));
    expect(second).not.toBe(first);
  });
  it("shows the same params as JSON, and takes them from there", async () => {
    const posts = await open();
    type(/min_views/, "3");
    fireEvent.click(screen.getByText("As JSON"));
    const json = screen.getByLabelText<HTMLTextAreaElement>("Params as JSON");
    expect(JSON.parse(json.value)).toEqual({ min_views: 3, label: "" });
    fireEvent.input(json, { target: { value: '{"min_views": 8}' } });
    submit();
    await waitFor(() => expect(closed).toBe(1));
    expect((posts()[0]!.body as { conf: unknown }).conf).toEqual({ min_views: 8 });
  });
  it("sends no text that is no JSON object", async () => {
    const posts = await open();
    fireEvent.click(screen.getByText("As JSON"));
    fireEvent.input(screen.getByLabelText("Params as JSON"), { target: { value: "[1" } });
    submit();
    expect(await screen.findByText("is no JSON object")).toBeTruthy();
    expect(posts()).toHaveLength(0);
  });
});
