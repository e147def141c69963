// What has changed, as the daemon tells it (GET /live). Pages don't read their data from here: a change says which of
// the resources that are on the screen must be read again.
import type { Change } from "./types";

/** Whether a resource on the screen depends on what has changed. */
export type Concerns = (change: Change) => boolean;

export const ofKind =
  (...kinds: Change["kind"][]): Concerns =>
  (change) =>
    kinds.includes(change.kind);

/** Everything of one DAG: its definition, its runs, their tasks. */
export const ofDag =
  (dag_id: string): Concerns =>
  (change) =>
    "dag_id" in change && change.dag_id === dag_id;

/** One run and its tasks. */
export const ofRun =
  (dag_id: string, run_id: string): Concerns =>
  (change) =>
    "run_id" in change && change.dag_id === dag_id && change.run_id === run_id;

/** One task of one run. */
export const ofTask =
  (dag_id: string, run_id: string, task_id: string): Concerns =>
  (change) =>
    (change.kind === "task" || change.kind === "hitl") &&
    change.dag_id === dag_id && change.run_id === run_id && change.task_id === task_id;

/** A resource is read again at most so often, however fast things change. */
const kCalm = 700;
/** Without the stream, everything on the screen is read again so often. */
const kPollWithoutStream = 5000;

interface Watcher {
  concerns: Concerns;
  reread: () => void;
  due: number | null; // a timer
  last: number; // when it was last told
}

const watchers = new Set<Watcher>();
const listeners = new Set<(connected: boolean) => void>();
let stream: EventSource | null = null;
let connected = false;
let poll: number | null = null;
let again = 0; // a timer

function tell(watcher: Watcher): void {
  if (watcher.due !== null) return;
  const wait = Math.max(0, watcher.last + kCalm - Date.now());
  watcher.due = window.setTimeout(() => {
    watcher.due = null;
    watcher.last = Date.now();
    watcher.reread();
  }, wait);
}

const tellAll = () => watchers.forEach(tell);

function setConnected(now: boolean): void {
  if (now && poll !== null) {
    window.clearInterval(poll);
    poll = null;
  }
  if (!now) poll ??= window.setInterval(tellAll, kPollWithoutStream);
  if (now === connected) return;
  connected = now;
  listeners.forEach((listener) => listener(now));
}

/** Opens the stream; the browser opens it again whenever it breaks, and goes on where it was. A tab that nobody sees holds none:
 *  browsers open six connections to a server, for all tabs together. */
export function connect(): void {
  document.addEventListener("visibilitychange", seen);
  open();
}

export function disconnect(): void {
  document.removeEventListener("visibilitychange", seen);
  window.clearTimeout(again);
  close();
}

function seen(): void {
  if (document.hidden) return close();
  open();
  tellAll();
}

function open(): void {
  if (stream !== null || document.hidden || typeof EventSource === "undefined") return;
  stream = new EventSource("/api/v2/live");
  stream.onopen = () => setConnected(true);
  stream.onerror = () => {
    setConnected(false);
    // Refused (a status that is not 200) is final for EventSource: try anew in a while.
    if (stream?.readyState === EventSource.CLOSED) {
      close();
      again = window.setTimeout(open, kPollWithoutStream);
    }
  };
  stream.addEventListener("change", (message) => {
    const { changes } = JSON.parse((message as MessageEvent<string>).data) as { changes: Change[] };
    for (const watcher of watchers) if (changes.some(watcher.concerns)) tell(watcher);
  });
  stream.addEventListener("reload", tellAll);
}

function close(): void {
  stream?.close();
  stream = null;
}

/** Calls `reread` when something happens that `concerns` says matters. Returns what ends it. */
export function watch(concerns: Concerns, reread: () => void): () => void {
  const watcher: Watcher = { concerns, reread, due: null, last: 0 };
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
    if (watcher.due !== null) window.clearTimeout(watcher.due);
  };
}

export const isConnected = (): boolean => connected;

export function onConnection(listener: (connected: boolean) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
