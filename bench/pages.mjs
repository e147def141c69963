// Opens the pages in Chromium and measures, in the browser's own clock, what a person waits for. Started by pages.py; prints one JSON.
//
//     node pages.mjs URL FOLDER ROUNDS     (playwright-core lies in FOLDER/node_modules)
import { createRequire } from "node:module";
import { join } from "node:path";

const [url, folder, rounds] = process.argv.slice(2);
const { chromium } = createRequire(join(folder, "package.json"))("playwright-core");

const kPatience = 30_000; // ms, for each thing that is waited for
const kMoved = 4_000; // ms of moving
const kSurely = 1_500; // ms, after which the first page is there
const kArguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** In each page before its own scripts. */
function clock() {
  /** When the frame is on its way to the screen in which it first held. */
  const painted = (holds) =>
    new Promise((resolve) => {
      const look = () => {
        if (!holds()) return requestAnimationFrame(look);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    });
  const small = new OffscreenCanvas(16, 16).getContext("2d", { willReadFrequently: true });
  /** What is on a canvas, in small; empty where nothing is. */
  const picture = (canvas) => {
    if (!canvas?.width) return "";
    small.clearRect(0, 0, 16, 16);
    small.drawImage(canvas, 0, 0, 16, 16);
    const { data } = small.getImageData(0, 0, 16, 16);
    return data.some((value) => value > 0) ? data.join() : "";
  };
  const grid = () => picture(document.querySelector(".stage-canvas"));
  let before = "";
  let recorded = { frames: [], isOn: false };
  globalThis.bench = {
    heading: painted(() => document.querySelector("h1")),
    /** The next such event begins it, and it has ended when `until` holds and is painted. */
    arm(event, until) {
      before = grid();
      bench.begun = new Promise((resolve) => addEventListener(event, ({ timeStamp }) => resolve(timeStamp), { capture: true, once: true }));
      bench.ended = bench.begun.then(() => painted(until));
    },
    graphIsDrawn: () => picture(document.querySelector(".graph-canvas")) !== "",
    hasAnswered: () => document.querySelector(".graph [aria-live]")?.textContent,
    /** The grid is that of so many runs: as wide as they are, and no longer what it was before. */
    gridIsDrawn: (runs) => document.querySelector(".stage-space")?.offsetWidth > runs * 14 && grid() !== before,
    painted,
    record() {
      const record = (recorded = { frames: [], isOn: true });
      const note = (at) => {
        record.frames.push(at);
        if (record.isOn) requestAnimationFrame(note);
      };
      requestAnimationFrame(note);
    },
    /** Milliseconds from frame to frame. */
    recorded() {
      recorded.isOn = false;
      return recorded.frames.slice(1).map((at, i) => at - recorded.frames[i]);
    },
  };
}

const browser = await chromium.launch({ executablePath: process.env.WEIR_BROWSER ?? "/usr/bin/chromium", args: kArguments });

/** A browser of somebody who has never been here. */
async function visit(path) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(kPatience);
  await context.addInitScript(clock);
  const page = await context.newPage();
  await page.goto(url + path, { waitUntil: "commit" });
  return page;
}

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

async function many(measure) {
  const times = [];
  for (let round = 0; round < rounds; ++round) times.push(await measure());
  return times;
}

async function first() {
  const page = await visit("/");
  await pause(kSurely); // who asks the page meanwhile takes a part of its time
  const time = await page.evaluate(() => bench.heading);
  await page.context().close();
  return time;
}

const patient = (promise, what) =>
  Promise.race([promise, new Promise((_, reject) => setTimeout(reject, kPatience, new Error(`not within ${kPatience / 1000} s: ${what}`)).unref())]);

async function openGraph() {
  const page = await visit("/dags/graph/details");
  await page.getByRole("region", { name: "Tasks" }).waitFor();
  await page.evaluate(() => bench.arm("click", bench.graphIsDrawn));
  await page.getByRole("link", { name: "Graph", exact: true }).click();
  await patient(page.evaluate(() => bench.ended), "the graph is painted");
  const graph = page.getByRole("application");
  await graph.focus();
  await page.keyboard.press("ArrowRight");
  const answered = await patient(page.evaluate(() => bench.painted(bench.hasAnswered)), "the graph answers a key");
  return [page, answered - (await page.evaluate(() => bench.begun))];
}

async function graph() {
  const [page, time] = await openGraph();
  await page.context().close();
  return time;
}

async function openGrid() {
  const page = await visit("/dags/grid");
  await patient(page.evaluate(() => bench.painted(() => bench.gridIsDrawn(1))), "the grid of 25 runs is painted");
  await page.evaluate(() => bench.arm("change", () => bench.gridIsDrawn(100)));
  await page.getByLabel("Runs", { exact: true }).selectOption("100");
  const ended = await patient(page.evaluate(() => bench.ended), "the grid of 100 runs is painted");
  return [page, ended - (await page.evaluate(() => bench.begun))];
}

async function grid() {
  const [page, time] = await openGrid();
  await page.context().close();
  return time;
}

/** Times from frame to frame while `step` is done again and again, as fast as a hand's events come. */
async function frames(page, step) {
  await page.evaluate(() => bench.record());
  const end = Date.now() + kMoved;
  for (let n = 0; Date.now() < end; ++n) await Promise.all([step(n), pause(16)]);
  return page.evaluate(() => bench.recorded());
}

const middle = async (locator) => {
  const box = await locator.boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
};

async function moveGraph() {
  const [page] = await openGraph();
  const canvas = page.locator(".graph-canvas");
  const [x, y] = await middle(canvas);
  await page.mouse.move(x, y);
  const near = await frames(page, (n) => page.mouse.wheel(n % 200 < 150 ? 90 : -90, n % 40 < 20 ? 60 : -60));
  await page.keyboard.press("0");
  await page.mouse.down();
  const far = await frames(page, (n) => page.mouse.move(x + 150 * Math.sin(n / 15), y + 100 * Math.cos(n / 15)));
  await page.mouse.up();
  await page.keyboard.down("Control");
  const zoom = await frames(page, (n) => page.mouse.wheel(0, n % 120 < 60 ? -40 : 40));
  await page.keyboard.up("Control");
  await page.context().close();
  return { near, far, zoom };
}

async function scrollGrid() {
  const [page] = await openGrid();
  await page.mouse.move(...(await middle(page.locator(".stage-canvas"))));
  const scroll = await frames(page, (n) => page.mouse.wheel(n % 100 < 50 ? -30 : 30, n % 200 < 100 ? 120 : -120));
  await page.context().close();
  return { scroll };
}

try {
  const times = { first: await many(first), graph: await many(graph), grid: await many(grid), ...(await moveGraph()), ...(await scrollGrid()) };
  console.log(JSON.stringify(times));
} finally {
  await browser.close();
}
