import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { House, until } from "./house";

const kDags = {
  report: `id: report\nschedule: {windows: views, every: 5m, cover: 1h}\ntasks:\n  count: {run: "echo counted"}\n`,
  release: `id: release\ntasks:\n  agree: {approve: {message: "Publish it?", form: {canary: {type: boolean, default: true}}}}\n  publish: {needs: agree, run: "echo published"}\n`,
};
const kEvents = "application/cloudevents-batch+json";
const kFive = 300_000;
// The last five minutes that are over, at least an hour ago: no run needs them.
const kEnd = Math.floor(Date.now() / kFive) * kFive - 3_600_000;
const windowOf = (id: string, revision: number, start = kEnd - kFive, end = kEnd) => ({
  specversion: "1.0", id, source: "/jobs/views", type: "dev.weir.window.completed", subject: "views", revision, rowcount: 10 * revision,
  windowstart: new Date(start).toISOString(), windowend: new Date(end).toISOString(),
});

describe("what comes from streams and people", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open(kDags, { auth: false });
  });
  afterAll(() => house?.close());

  it("a window appears on the page when it is told of, and its correction too", async () => {
    await house.api("POST", "/events", [windowOf("w0", 1, kEnd - 3 * kFive, kEnd - 2 * kFive)], kEvents);
    const page = await house.visit("/windows?asset=views");
    await page.getByRole("button", { name: "7 days" }).click();
    await page.getByText("1 complete").waitFor();
    await house.api("POST", "/events", [windowOf("w1", 1)], kEvents);
    await page.getByText("2 complete").waitFor();
    await house.api("POST", "/events", [windowOf("w1r2", 2)], kEvents);
    await page.getByText("1 corrected").waitFor();
    await page.context().close();
  });

  it("the keyboard walks the windows, and tells of the one it is on", async () => {
    const page = await house.visit("/windows?asset=views");
    await page.getByRole("button", { name: "7 days" }).click();
    const squares = page.locator(".squares");
    await squares.focus();
    await page.keyboard.press("End");
    await page.getByText("Nobody has told of it.").waitFor();
    const before = await page.locator("#squares-told").textContent();
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator("#squares-told").textContent()).not.toBe(before);
    await page.context().close();
  });

  it("a dead letter appears while the page is open, and says why", async () => {
    const page = await house.visit("/events?disposition=rejected");
    await page.getByText("No event is like that").waitFor();
    await house.api("POST", "/events", [windowOf("bad", 1, kEnd, kEnd - kFive)], kEvents);
    await page.getByText("windowend is not after windowstart").waitFor();
    await page.getByRole("button", { name: "Replay" }).waitFor();
    await page.context().close();
  });

  it("a dead letter is replayed at the press of a button, and the page goes to what became of it", async () => {
    const page = await house.visit("/events?disposition=rejected");
    await page.getByRole("row").filter({ hasText: "windowend is not after windowstart" }).getByRole("link").first().click();
    await page.getByRole("heading", { name: /^Event \d+$/ }).waitFor();
    const before = Number(new URL(page.url()).pathname.split("/").at(-1));
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText(`Event ${before} was replayed`).waitFor();
    await page.getByText("Replay of").waitFor();
    expect(await page.getByRole("link", { name: String(before), exact: true }).count()).toBe(1);
    await page.goBack();
    await page.getByText("replayed", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Replay" }).count()).toBe(0);
    await page.context().close();
  });

  it("an approval is answered, and the run goes on", async () => {
    const { dag_run_id } = await house.api<{ dag_run_id: string }>("POST", "/dags/release/dagRuns", {});
    const page = await house.visit("/approvals");
    await page.getByRole("button", { name: "Answer" }).click();
    await page.getByLabel("canary").uncheck();
    await page.getByLabel("Note").fill("looks right");
    await page.getByRole("button", { name: "Approve" }).click();
    await until("the run succeeds", async () => (await house.runState("release", dag_run_id)) === "success");
    await page.getByText("Nobody is waited for").waitFor();
    await page.context().close();
  });

  it("a page finds its way back when the daemon has started again", async () => {
    const page = await house.visit("/events");
    await page.getByText("windowend is not after windowstart").first().waitFor();
    await house.stop();
    await page.getByText("The live connection is lost").waitFor();
    await house.start();
    await page.getByText("The live connection is lost").waitFor({ state: "hidden" });
    await house.api("POST", "/events", [{ specversion: "1.0", id: "after", source: "/x", type: "made.after.the.restart" }], kEvents);
    await page.getByText("made.after.the.restart").waitFor();
    await page.context().close();
  });
});
