// Every page, light and dark, wide and narrow: screenshots to look at, and no serious fault that axe finds.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { House } from "./house";

const kDags = {
  etl: `id: etl\ndescription: A small join\nparams: {region: {enum: [eu, us], default: eu}}\ntasks:\n  a: {run: "echo a"}\n  b: {needs: a, run: "exit 3"}\n`,
  release: `id: release\ntasks:\n  agree: {approve: {message: "Publish it?"}}\n`,
  report: `id: report\nschedule: {windows: views, every: 1h}\ntasks:\n  count: {run: "echo counted"}\n`,
  broken: `id: broken\ntasks:\n  a: {needs: bb, run: "echo"}\n`,
};
const kPages = ["/", "/dags", "/dags/etl", "/runs", "/backfills", "/approvals", "/windows", "/events", "/events/1", "/sources", "/errors", "/pools", "/notifications", "/audit", "/users", "/tokens", "/account"];
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
    ], "application/cloudevents-batch+json");
    await house.api("POST", "/dags/etl/dagRuns", {});
    await house.api("POST", "/dags/release/dagRuns", {});
    if (kShots) mkdirSync(kShots, { recursive: true });
  });
  afterAll(() => house?.close());

  it.each(kPages.flatMap((path) => (["light", "dark"] as const).map((theme) => [path, theme] as const)))("%s in %s has no serious fault", async (path, theme) => {
    const page = await house.visit(path, { theme });
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
    // Past the Content-Security-Policy, which would rightly refuse a script of somebody else's.
    const session = await page.context().newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: kAxe });
    const { result } = await session.send("Runtime.evaluate", { expression: "axe.run().then((found) => JSON.stringify(found.violations))", awaitPromise: true });
    const serious = (JSON.parse(result.value as string) as Violation[]).filter(({ impact }) => impact === "serious" || impact === "critical");
    if (kShots)
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 860 });
        await page.screenshot({ path: join(kShots, `${path.slice(1).replaceAll("/", "-") || "home"}-${theme}-${width}.png`) });
      }
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.any[0]?.message ?? ""}`)).toEqual([]);
    await page.context().close();
  });

  it("on a phone is no wider than the screen", async () => {
    const page = await house.visit("/", { width: 390 });
    for (const path of kPages) {
      await page.goto(house.url + path);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth"), path).toBeLessThanOrEqual(390);
    }
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
