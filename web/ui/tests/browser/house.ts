// A Weir of its own for each file of tests: fresh folders, a free port, the real program and the real browser.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";

const kPatience = 30_000;
const kBrowser = process.env.WEIR_BROWSER ?? "/usr/bin/chromium";
const kArguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Asks until it holds; no test sleeps for luck. */
export async function until<T>(what: string, condition: () => Promise<T> | T): Promise<NonNullable<T>> {
  const deadline = Date.now() + kPatience;
  for (;;) {
    const found = await condition();
    if (found) return found as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`not within ${kPatience / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export interface Look {
  theme?: "light" | "dark";
  width?: number;
  height?: number;
  zone?: string;
}

export class House {
  readonly folder = mkdtempSync("/tmp/weir-ui-");
  private daemon: ChildProcess | null = null;
  private browser: Browser | null = null;
  private port = 0;
  private auth = true;

  /** HOUSE in a DAG's text becomes our folder. With `auth` false everybody on this machine may do everything. */
  static async open(dags: Record<string, string>, { auth = true } = {}): Promise<House> {
    const house = new House();
    house.port = await freePort();
    house.auth = auth;
    mkdirSync(join(house.folder, "dags"));
    for (const [name, text] of Object.entries(dags)) house.write(`dags/${name}.yaml`, text.replaceAll("HOUSE", house.folder));
    house.write("weir.yaml", `listen: 127.0.0.1:${house.port}\n`);
    await house.start();
    house.browser = await chromium.launch({ executablePath: kBrowser, args: kArguments });
    return house;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get log(): string {
    return readFileSync(join(this.folder, "daemon.log"), "utf8");
  }

  /** A file below our folder. */
  write(file: string, text = ""): void {
    writeFileSync(join(this.folder, file), text);
  }

  async start(): Promise<void> {
    const program = process.env.WEIR_PROGRAM;
    if (!program) throw new Error("set WEIR_PROGRAM to the weir program to test");
    const log = openSync(join(this.folder, "daemon.log"), "a");
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WEIR_")));
    const words = ["-c", join(this.folder, "weir.yaml"), "serve", ...(this.auth ? [] : ["--no-auth"])];
    this.daemon = spawn(program, words, { cwd: this.folder, env: environment, stdio: ["ignore", log, log] });
    closeSync(log);
    await until("the daemon answers", async () => {
      if (this.daemon?.exitCode !== null) throw new Error(`the daemon ended with ${this.daemon?.exitCode}:\n${this.log}`);
      return fetch(`${this.url}/api/v2/version`).then(({ ok }) => ok, () => false);
    });
  }

  async stop(): Promise<void> {
    const { daemon } = this;
    if (daemon?.exitCode !== null) return;
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill("SIGTERM");
    await ended;
  }

  /** It outlives the daemon, and is known by our folder in its command line. */
  private supervisor(): number | undefined {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .find((pid) => {
        try {
          const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
          return words.includes("supervise") && words.includes(join(this.folder, ".weir"));
        } catch {
          return false; // it has ended meanwhile
        }
      });
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await this.stop();
    const pid = this.supervisor();
    if (pid) {
      process.kill(pid, "SIGTERM");
      await until("the supervisor ends", () => this.supervisor() === undefined);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A browser of somebody who has never been here. What goes wrong in the page fails the test that asks for `faults`. */
  async visit(path: string, { theme = "light", width = 1280, height = 860, zone = "UTC" }: Look = {}): Promise<Page> {
    const context: BrowserContext = await this.browser!.newContext({ viewport: { width, height }, colorScheme: theme, timezoneId: zone, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(kPatience);
    await page.goto(this.url + path, { waitUntil: "load" });
    return page;
  }

  /** As a program would, without a browser. */
  async api<T = Record<string, unknown>>(method: string, resource: string, body?: unknown, type = "application/json"): Promise<T> {
    const answer = await fetch(`${this.url}/api/v2${resource}`, { method, headers: body === undefined ? {} : { "content-type": type }, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${resource}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  async runState(dag: string, run: string): Promise<string> {
    return (await this.api<{ state: string }>("GET", `/dags/${dag}/dagRuns/${encodeURIComponent(run)}`)).state;
  }
}
