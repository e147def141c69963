// What people do all day: start runs and watch them, read logs, mend what failed, fill the past.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TaskInstanceList } from "@/api/types";
import { House, until } from "./house";

const kPassword = "correct horse battery";
const waitsFor = (file: string) => `until [ -e HOUSE/${file} ]; do sleep 0.05; done`;

const kDags = {
  report: `id: report
params:
  region: {enum: [eu, us], default: eu, description: Whose views}
  limit: {type: integer, minimum: 1, default: 10}
tasks:
  count: {run: [echo, "counting \${{ params.limit }} of \${{ params.region }}"]}
  publish: {needs: count, run: "${waitsFor("published")}"}
`,
  talks: `id: talks
tasks:
  speak:
    run: |
      printf '\\033[31mred words\\033[0m\\n'
      ${waitsFor("second")}
      echo the second line
      ${waitsFor("third")}
      echo the last line
`,
  flaky: `id: flaky
tasks:
  extract: {run: "echo extracted"}
  load: {needs: extract, run: "test -e HOUSE/mended"}
  tell: {needs: load, run: "echo told"}
`,
  broken: `id: broken
tasks:
  first: {run: "exit 3"}
  last: {needs: first, run: "echo last"}
`,
  endless: `id: endless
tasks:
  wait: {run: "${waitsFor("never")}"}
`,
  many: `id: many
tasks:
  list:
    run: |
      printf '{"parts":["a","b","c"]}' > "$WEIR_OUTPUT"
  each: {needs: list, foreach: "\${{ tasks.list.outputs.parts }}", run: "${waitsFor("never")}"}
`,
  daily: `id: daily
schedule: {cron: "0 6 * * *", timezone: Asia/Tokyo, catchup: none}
tasks:
  work: {run: "echo worked"}
`,
};

const stateAt = (page: Page) => page.getByRole("heading", { level: 1 }).locator(".badge");
const waitForState = (page: Page, state: string) => stateAt(page).filter({ hasText: new RegExp(`^${state}$`) }).waitFor();
/** A page that is never loaded again keeps this mark. */
const mark = (page: Page) => page.evaluate("window.mark = 1");
const isMarked = async (page: Page) => (await page.evaluate("window.mark")) === 1;
const row = (page: Page, name: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });

async function choose(page: Page, menu: string, item: string) {
  await page.getByRole("button", { name: menu }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

describe("from the login to the end of a run", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open(kDags);
  });
  afterAll(() => house?.close());

  it("a run is triggered with its params and seen to its end, and the page is never loaded again", async () => {
    const token = await until("the log tells the link", () => /\/setup#(\S+)/.exec(house.log)?.[1]);
    const setup = await fetch(`${house.url}/api/v2/auth/setup`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ setup_token: token, username: "ada", password: kPassword }),
    });
    expect(setup.ok).toBe(true);

    const page = await house.visit("/dags/report");
    await page.getByLabel("User name").fill("ada");
    await page.getByLabel("Password").fill(kPassword);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("There is no run").waitFor();
    await mark(page);

    await page.getByRole("button", { name: "Trigger" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("limit").fill("0");
    await dialog.getByRole("button", { name: "Trigger" }).click();
    await dialog.getByText("is at least 1").waitFor();
    await dialog.getByLabel("limit").fill("25");
    await dialog.getByLabel("region").selectOption("us");
    await dialog.getByRole("button", { name: "Trigger" }).click();

    await waitForState(page, "running");
    expect(await page.getByText("by ada").count()).toBe(1);
    await row(page, "count").getByText("success").waitFor();
    await row(page, "publish").getByText("running").waitFor();
    house.write("published");
    await waitForState(page, "success");
    await row(page, "publish").getByText("success").waitFor();
    await page.getByRole("link", { name: "count", exact: true }).click();
    await page.getByText("counting 25 of us").waitFor();
    expect(await isMarked(page)).toBe(true);
    await page.context().close();
  });
});

describe("what people do with runs and DAGs", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open(kDags, { auth: false });
  });
  afterAll(() => house?.close());

  const trigger = async (dag: string, run = "one") => {
    await house.api("POST", `/dags/${dag}/dagRuns`, { dag_run_id: run });
    return `/dags/${dag}/runs/${run}`;
  };

  it("a log is read while it grows, in its colours", async () => {
    const page = await house.visit(`${await trigger("talks")}/tasks/speak`);
    const log = page.getByRole("log");
    const red = log.getByText("red words");
    await red.waitFor();
    expect(await red.getAttribute("class")).toBe("ansi-1");
    await page.getByText("growing").waitFor();
    expect(await log.getByText("the second line").count()).toBe(0);
    house.write("second");
    await log.getByText("the second line").waitFor();
    expect(await stateAt(page).textContent()).toBe("running");
    expect(await log.getByText("the last line").count()).toBe(0);
    house.write("third");
    await log.getByText("the last line").waitFor();
    await waitForState(page, "success");
    await page.getByText("growing").waitFor({ state: "detached" });
    await page.context().close();
  });

  it("a failed task is cleared after a look at what that means, and runs again", async () => {
    const run = await trigger("flaky");
    const page = await house.visit(`${run}/tasks/load`);
    await waitForState(page, "failed");
    await choose(page, "Change load", "Run again…");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("2 task instances").waitFor();
    const affected = dialog.getByRole("list", { name: "What is affected" }).getByRole("listitem");
    expect(await affected.allTextContents()).toEqual(["failed load", "upstream failed tell"]);
    await dialog.getByLabel("And all that is downstream").uncheck();
    await dialog.getByText("1 task instance", { exact: true }).waitFor();
    await dialog.getByLabel("And all that is downstream").check();
    await dialog.getByText("2 task instances").waitFor();
    house.write("mended");
    await dialog.getByRole("button", { name: "Run again" }).click();
    await waitForState(page, "success");
    await page.getByLabel("Try", { exact: true }).selectOption({ label: "try 1: failed, exit code 1" });
    await page.reload();
    expect(await page.getByLabel("Try", { exact: true }).inputValue()).toBe("1");
    await page.goto(house.url + run);
    await waitForState(page, "success");
    expect(await row(page, "extract").getByRole("cell").allTextContents()).toContain("1");
    expect(await row(page, "load").getByRole("cell").allTextContents()).toContain("2");
    await page.context().close();
  });

  it("a failed task is said to have succeeded, and its page shows it", async () => {
    const page = await house.visit(`${await trigger("broken")}/tasks/first`);
    await waitForState(page, "failed");
    await choose(page, "Change first", "Say how it ended…");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 task instance", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Mark as success" }).click();
    await waitForState(page, "success");
    await page.context().close();
  });

  it("a run is ended, and what ran in it has failed", async () => {
    const page = await house.visit(await trigger("endless"));
    await row(page, "wait").getByText("running").waitFor();
    await choose(page, "Change the run", "End it…");
    const affected = page.getByRole("dialog").getByRole("list", { name: "What is affected" }).getByRole("listitem");
    await affected.first().waitFor();
    expect(await affected.allTextContents()).toEqual(["running wait"]);
    await page.getByRole("dialog").getByRole("button", { name: "End it" }).click();
    await waitForState(page, "failed");
    await row(page, "wait").getByText("failed").waitFor();
    await page.context().close();
  });

  it("one instance of a task is ended, then said to have succeeded, and the others go on", async () => {
    const run = await trigger("many");
    const states = async () =>
      (await house.api<TaskInstanceList>("GET", `/dags/many/dagRuns/one/taskInstances/each/listMapped?order_by=map_index`)).task_instances.map((one) => one.state).join(" ");
    await until("all instances run", async () => (await states()) === "running running running");
    const page = await house.visit(`${run}/tasks/each/1`);
    await waitForState(page, "running");
    await choose(page, "Change each[1]", "End it…");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 task instance", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "End it" }).click();
    await waitForState(page, "failed");
    expect(await states()).toBe("running failed running");
    await choose(page, "Change each[1]", "Say how it ended…");
    await dialog.getByText("1 task instance", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Mark as success" }).click();
    await waitForState(page, "success");
    expect(await states()).toBe("running success running");
    await house.api("POST", "/dags/many/dagRuns/one/kill", {});
    await page.context().close();
  });

  it("a backfill shows its dates before it begins, and is followed to its end", async () => {
    const page = await house.visit("/dags/daily/backfills");
    await page.getByText("No backfill yet").waitFor();
    await mark(page);
    await page.getByRole("button", { name: "New backfill" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("From").fill("2026-03-01T00:00");
    await dialog.getByLabel("To").fill("2026-03-03T23:59");
    await dialog.getByText("These dates would run").waitFor();
    // 06:00 in Tokyo, shown in UTC.
    const dates = dialog.getByRole("list", { name: "Dates" }).getByRole("listitem");
    expect(await dates.allTextContents()).toEqual(["2026-03-01 21:00", "2026-03-02 21:00", "2026-03-03 21:00"]);
    await dialog.getByRole("button", { name: "Make 3 runs" }).click();
    await page.getByText("3 of 3 made · 3 success").waitFor();
    await page.getByRole("cell", { name: "completed" }).waitFor();
    expect(await isMarked(page)).toBe(true);
    await page.getByRole("link", { name: "its runs" }).click();
    await page.getByText("2026-03-03 21:00").first().waitFor();
    await page.context().close();
  });

  it("a DAG is paused and goes on", async () => {
    const paused = async () => (await house.api<{ is_paused: boolean }>("GET", "/dags/report")).is_paused;
    const page = await house.visit("/dags");
    await page.getByRole("button", { name: "Pause report" }).click();
    await page.getByRole("button", { name: "Resume report" }).waitFor();
    expect(await paused()).toBe(true);
    await page.getByRole("button", { name: "Resume report" }).click();
    await page.getByRole("button", { name: "Pause report" }).waitFor();
    expect(await paused()).toBe(false);
    await page.context().close();
  });

  it("Ctrl-K finds a DAG by a part of its name, and Enter opens it", async () => {
    const page = await house.visit("/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Control+K");
    await page.keyboard.type("repo");
    await page.getByRole("option", { name: /report/, selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "report" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/dags/report");
    await page.context().close();
  });

  it("keys are heard from the moment that the page shows, and the search takes what is typed at once", async () => {
    const page = await house.visit("/");
    // Before the browser paints: nobody is quicker.
    await page.addInitScript(() => {
      const press = () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true }));
      const look = new MutationObserver(() => {
        if (document.querySelector("dialog")) {
          document.documentElement.dataset.focus = document.activeElement?.getAttribute("type") ?? "none";
          look.disconnect();
        } else if (document.querySelector("h1") && !document.documentElement.dataset.pressed) {
          document.documentElement.dataset.pressed = "yes";
          press();
        }
      });
      look.observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    await page.locator("html[data-focus]").waitFor({ state: "attached" });
    expect(await page.locator("html").getAttribute("data-focus")).toBe("search");
    await page.context().close();
  });

  it("the keyboard goes on in the page that a link leads to, and in and out of a phone's navigation", async () => {
    const page = await house.visit("/dags");
    await page.getByRole("table").getByRole("link", { name: "report", exact: true }).press("Enter");
    await page.getByRole("heading", { name: "report" }).waitFor();
    expect(await page.locator("main").evaluate((main) => main === document.activeElement)).toBe(true);
    await page.setViewportSize({ width: 390, height: 860 });
    const opener = page.getByRole("button", { name: "Open the navigation" });
    await opener.press("Enter");
    await page.locator("nav a:focus", { hasText: "DAGs" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.context().close();
  });

  it("the keyboard walks the grid, and opens the task it is on", async () => {
    house.write("mended");
    const run = await trigger("flaky", "walked");
    await until("the run is over", async () => (await house.runState("flaky", "walked")) === "success");
    const page = await house.visit("/dags/flaky");
    const grid = page.getByRole("application", { name: /Tasks by runs/ });
    await grid.focus();
    const told = grid.locator("[aria-live=polite]");
    await told.getByText("extract, success").waitFor({ state: "attached" });
    // What is told of the square stands beside it.
    const tip = grid.locator(".tip");
    await tip.getByText("extract").waitFor();
    const [inTip, inGrid] = [(await tip.boundingBox())!, (await grid.boundingBox())!];
    expect(inTip.x).toBeGreaterThan(inGrid.x + 200);
    expect(inTip.x).toBeLessThan(inGrid.x + 500);
    await page.keyboard.press("ArrowDown");
    await told.getByText("load, success").waitFor({ state: "attached" });
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await told.getByText(/^Run /).waitFor({ state: "attached" });
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^load/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`${run}/tasks/load`);
    await page.context().close();
  });

  it("the timeline of a DAG goes on while a run does, is walked by the keyboard, and unfolds a run into its tasks", async () => {
    house.write("mended");
    await trigger("flaky", "drawn");
    await until("the run is over", async () => (await house.runState("flaky", "drawn")) === "success");
    const page = await house.visit("/dags/flaky/timeline");
    await mark(page);
    const run = page.getByRole("link", { name: /^Run drawn ?: success/ });
    await run.focus();
    await page.locator(".tip").getByText(/^started /).waitFor();
    await page.keyboard.press("ArrowRight");
    const tasks = page.getByRole("region", { name: "Timeline of the tasks" });
    await tasks.getByRole("link", { name: /^load ?: success/ }).waitFor();
    expect(new URL(page.url()).searchParams.get("run")).toBe("drawn");
    // One that begins meanwhile comes above it, and the keyboard stays where it was.
    await trigger("flaky", "later");
    await page.getByRole("link", { name: /^Run later ?: success/ }).waitFor();
    expect(await run.evaluate((link) => link === document.activeElement)).toBe(true);
    expect(await page.locator("a[data-run]").first().getAttribute("data-run")).toBe("later");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^later/ }).waitFor();
    await page.goBack();
    await tasks.waitFor();
    expect(await isMarked(page)).toBe(true);

    await trigger("endless", "drawn");
    await page.goto(`${house.url}/dags/endless/timeline`);
    const open = page.getByRole("link", { name: /^Run drawn ?: running/ });
    await open.waitFor();
    const took = open.locator(".timeline-took");
    const before = await took.textContent();
    await until("its bar goes on", async () => (await took.textContent()) !== before);
    await house.api("POST", "/dags/endless/dagRuns/drawn/kill", {});
    await page.getByRole("link", { name: /^Run drawn ?: failed/ }).waitFor();
    await page.context().close();
  });

  it("the figure of what failed in a day leads to these runs, and the filter can be taken away", async () => {
    await trigger("broken", "counted");
    await until("the run is over", async () => (await house.runState("broken", "counted")) === "failed");
    const page = await house.visit("/");
    const figure = page.getByRole("link", { name: /failed in 24 h/ });
    const counted = Number(/\d+/.exec((await figure.textContent())!)![0]);
    await figure.click();
    await page.getByRole("heading", { name: "Runs" }).waitFor();
    await row(page, "counted").getByText("failed").waitFor();
    expect(await page.getByRole("row").count()).toBe(counted + 1);
    expect(await page.getByLabel("Ended in").inputValue()).toBe("24");
    await page.getByRole("button", { name: "No filter" }).click();
    await page.getByRole("cell", { name: "success" }).first().waitFor();
    expect(new URL(page.url()).search).toBe("");
    await page.context().close();
  });

  it("which tasks of a run are looked at outlives a reload", async () => {
    const run = await trigger("broken", "filtered");
    await until("the run is over", async () => (await house.runState("broken", "filtered")) === "failed");
    const page = await house.visit(run);
    await page.getByLabel("State", { exact: true }).selectOption("upstream_failed");
    await row(page, "first").waitFor({ state: "detached" });
    await page.reload();
    await row(page, "last").waitFor();
    expect(await row(page, "first").count()).toBe(0);
    await page.context().close();
  });

  it("a page whose file an upgrade has taken away says so, and is there when it is loaded anew", async () => {
    const page = await house.visit("/dags");
    await page.getByRole("heading", { name: "DAGs" }).waitFor();
    await page.route(/assets\/pools-/, (route) => route.fulfill({ status: 404 }));
    await page.getByRole("link", { name: "Pools" }).click();
    await page.getByText("could not be loaded").waitFor();
    await page.unroute(/assets\/pools-/);
    await page.getByRole("button", { name: "Load it anew" }).click();
    await page.getByText("default_pool").waitFor();
    await page.context().close();
  });

  it("a file that can't be read is told of while the page is open, and gone when it is mended", async () => {
    const page = await house.visit("/errors");
    await page.getByText("Every file is fine").waitFor();
    house.write("dags/typo.yaml", 'id: typo\ntasks:\n  a: {run: "echo a"}\n  b: {needs: aa, run: "echo b"}\n');
    await page.getByText("typo.yaml").waitFor();
    await page.getByText(/did you mean/).waitFor();
    expect(await page.locator(".fault-place").textContent()).toMatch(/^4:\d+$/);
    await page.getByRole("link", { name: /Import errors/ }).getByText("1").waitFor();
    await page.getByRole("button", { name: "In the file" }).click();
    const entry = page.locator(".source-entry").filter({ hasText: "did you mean" });
    await entry.getByText("needs").first().waitFor();
    expect(await entry.locator(".source-number").textContent()).toBe("4");
    expect(await entry.locator(".source-wrong").textContent()).toBe("aa");
    house.write("dags/typo.yaml", 'id: typo\ntasks:\n  a: {run: "echo a"}\n  b: {needs: a, run: "echo b"}\n');
    await page.getByText("Every file is fine").waitFor();
    await page.context().close();
  });

  it("times are the viewer's, those of UTC, or the DAG's own", async () => {
    await house.api("POST", "/dags/daily/dagRuns", { dag_run_id: "at", logical_date: "2026-04-01T21:00:00Z" });
    const page = await house.visit("/dags/daily/runs/at", { zone: "America/New_York" });
    const date = page.locator(".head-facts time").first();
    const zone = async (name: string) => {
      await page.getByRole("button", { name: "Time zone" }).click();
      await page.getByRole("menuitemradio", { name }).click();
    };
    const shows = (text: string) => date.filter({ hasText: text }).waitFor();
    await shows("2026-04-01 17:00");
    await zone("UTC");
    await shows("2026-04-01 21:00");
    await zone("The DAG's own");
    await shows("2026-04-02 06:00");
    await page.reload();
    await shows("2026-04-02 06:00");
    await page.context().close();
  });
});
