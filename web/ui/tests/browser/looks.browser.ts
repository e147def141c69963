// Every page, light and dark, wide and narrow: screenshots to look at, and no serious fault that axe finds.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackfillList } from "@/api/types";
import { House, until } from "./house";

/** As long as an id may be, without a place to break it. */
const kLong = "a".repeat(200);
const kDags = {
  etl: `id: etl\ndescription: A small join\nparams: {region: {enum: [eu, us], default: eu}}\ntasks:\n  a: {run: "echo a"}\n  b: {needs: a, run: "exit 3"}\n`,
  release: `id: release\ntasks:\n  agree: {approve: {message: "Publish it?"}}\n`,
  report: `id: report\nschedule: {windows: views, every: 1h}\ntasks:\n  count: {run: "echo counted"}\n`,
  daily: `id: daily
description: What every night needs, and a day more
tags: [nightly, sales]
owner: ada
schedule: {cron: "0 6 * * *", timezone: Europe/Berlin, catchup: none}
params: {region: {enum: [eu, us], default: eu}, limit: {type: integer, minimum: 1, default: 10}}
tasks:
  extract:
    group:
      orders:
        run: |
          printf '\\033[32mread 12 orders\\033[0m\\nnothing is missing\\n'
      items: {run: "echo read 40 items"}
  list:
    needs: extract
    run: |
      printf '{"parts":[1,2,3]}' > "$WEIR_OUTPUT"
  each: {needs: list, foreach: "\${{ tasks.list.outputs.parts }}", run: 'echo "part $WEIR_ITEM"'}
  publish: {needs: each, retries: 1, retry_delay: 0s, run: "echo no room >&2; exit 3"}
  tell: {needs: publish, run: "echo told"}
`,
  long: `id: ${kLong}\ntags: [${"t".repeat(60)}]\nowner: ${"o".repeat(60)}\ntasks:\n  ${kLong}: {run: "exit 3"}\n`,
  broken: `id: broken\ntasks:\n  a: {needs: bb, run: "echo"}\n`,
};
const kRun = "/dags/daily/runs/seen";
const kPages = [
  "/", "/dags", "/runs", "/runs?state=failed&ended=24", "/backfills", "/approvals", "/windows", "/events", "/events/1", "/sources", "/errors", "/pools", "/notifications",
  "/audit", "/users", "/tokens", "/account", "/nowhere",
  ...["", "/graph", "/timeline", "/timeline?run=seen&scale=start", "/runs", "/calendar", "/next", "/backfills", "/code", "/details"].map((tab) => `/dags/daily${tab}`),
  ...["", "/graph", "/timeline", "/details", "/tasks/publish", "/tasks/each", "/tasks/each/1", "/tasks/tell"].map((tab) => kRun + tab),
  "/dags/etl", "/dags/etl/code", "/dags/gone",
  ...["", "/details", `/runs/${kLong}`, `/runs/${kLong}/tasks/${kLong}`].map((place) => `/dags/${kLong}${place}`),
];
const kShots = process.env.WEIR_UI_SHOTS;
const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Of everything the pages load, gzipped. */
const kMostBytes = 250 * 1024;

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; any: { message: string }[] }[];
}

describe("every page", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open(kDags, { auth: false });
    const end = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    await house.api("POST", "/events", [
      { specversion: "1.0", id: "w", source: "/jobs", type: "dev.weir.window.completed", subject: "views", windowstart: new Date(end - 7_200_000).toISOString(), windowend: new Date(end - 3_600_000).toISOString() },
      // More assets than one looks through.
      ...Array.from({ length: 12 }, (_, i) => ({
        specversion: "1.0", id: `shop-${i}`, source: "/jobs", type: "dev.weir.window.completed", subject: `shop-${i}`,
        windowstart: new Date(end - 7_200_000).toISOString(), windowend: new Date(end - 3_600_000).toISOString(),
      })),
    ], "application/cloudevents-batch+json");
    await house.api("POST", "/dags/etl/dagRuns", {});
    await house.api("POST", "/dags/release/dagRuns", {});
    await house.api("POST", "/dags/daily/dagRuns", { dag_run_id: "seen", note: "looked at by a test" });
    await house.api("POST", `/dags/${kLong}/dagRuns`, { dag_run_id: kLong });
    await house.api("POST", "/backfills", { dag_id: "daily", from_date: "2026-03-01T00:00:00Z", to_date: "2026-03-08T00:00:00Z" });
    await until("the run is over", async () => (await house.runState("daily", "seen")) === "failed");
    house.write("dags/etl.yaml", kDags.etl.replace("needs: a,", "needs: aa,"));
    await until("its file is broken", async () => (await house.api<{ has_import_errors: boolean }>("GET", "/dags/etl")).has_import_errors);
    await until("the backfill is over", async () => (await house.api<BackfillList>("GET", "/backfills")).backfills.every((one) => one.completed_at));
    if (kShots) mkdirSync(kShots, { recursive: true });
  });
  afterAll(() => house?.close());

  it.each(kPages.flatMap((path) => (["light", "dark"] as const).map((theme) => [path, theme] as const)))("%s in %s has no serious fault", async (path, theme) => {
    const page = await house.visit(path, { theme });
    const session = await page.context().newCDPSession(page);
    const faults: string[] = [];
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 860 });
      if (width < 1280) await page.reload();
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      if (kShots) await page.screenshot({ path: join(kShots, `${path.slice(1).replaceAll(kLong, "long").replaceAll(/[/?&=]/g, "-") || "home"}-${theme}-${width}.png`) });
      const wide = Number(await page.evaluate("document.documentElement.scrollWidth"));
      if (wide > width) faults.push(`${width} px: it is ${wide} px wide`);
      const colours = await page.evaluate("[document.documentElement, document.querySelector('h1')].map((element) => getComputedStyle(element).color)");
      if (new Set(colours as string[]).size > 1) faults.push(`${width} px: the heading's colour is still that of another theme`);
      if (theme === "dark" && width < 1280) continue; // its colours are those of the wide one, its parts those of the light one
      // Past the Content-Security-Policy, which would rightly refuse a script of somebody else's.
      await session.send("Runtime.evaluate", { expression: kAxe });
      const { result } = await session.send("Runtime.evaluate", { expression: "axe.run().then((found) => JSON.stringify(found.violations))", awaitPromise: true });
      const serious = (JSON.parse(result.value as string) as Violation[]).filter(({ impact }) => impact === "serious" || impact === "critical");
      faults.push(...serious.map(({ id, nodes }) => `${width} px: ${id}: ${nodes[0]!.html} ${nodes[0]!.any[0]?.message ?? ""}`));
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("together they load no more than 250 KB, gzipped, and the first is there soon", async () => {
    const page = await house.visit("/");
    const sizes = new Map<string, number>();
    page.on("response", async (response) => {
      if (/\/assets\//.test(response.url())) sizes.set(response.url(), gzipSync(await response.body().catch(() => "")).length);
    });
    for (const path of kPages) {
      await page.goto(house.url + path);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
    }
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    const began = performance.now();
    await page.goto(house.url + "/");
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    console.log(`pages: ${(total / 1024).toFixed(0)} KB gzipped; first page after ${(performance.now() - began).toFixed(0)} ms`);
    expect(sizes.size).toBeGreaterThan(5);
    expect(total).toBeLessThan(kMostBytes);
    await page.context().close();
  });
});
