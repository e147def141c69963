// Reads the log of one try: its end first, what is before and behind when it is scrolled to, and what is written meanwhile.
import { useEffect, useReducer, useRef } from "preact/hooks";
import { ApiError, send, withQuery } from "@/api/client";
import { type LogPart, append, emptyPart, fromLineStart, kPiece, prepend } from "@/model/log_file";

export interface Log {
  part: LogPart;
  size: number; // of the file, as far as it is known
  ended: boolean; // it will not grow any more
  reading: boolean;
  error: ApiError | null;
}

const kAgain = 2000; // after a broken connection

async function range(url: string, start: number, end: number): Promise<Uint8Array> {
  if (end <= start) return new Uint8Array(0);
  const response = await send(url, { headers: { Accept: "text/plain", Range: `bytes=${start}-${end - 1}` } });
  return new Uint8Array(await response.arrayBuffer());
}

/** `url`: of the try's log. */
export function useLog(url: string) {
  const log = useRef<Log>({ part: emptyPart(0), size: 0, ended: false, reading: true, error: null });
  const [, redraw] = useReducer((version: number) => version + 1, 0);
  const change = (next: Partial<Log>) => {
    log.current = { ...log.current, ...next };
    redraw(0);
  };
  const grow = (bytes: Uint8Array, size: number) => {
    const { part } = log.current;
    // Who has scrolled away from the end keeps what is on the screen; the file just gets longer.
    change(part.end === log.current.size ? { part: append(part, bytes), size } : { size });
  };

  useEffect(() => {
    let stop = new AbortController();
    log.current = { part: emptyPart(0), size: 0, ended: false, reading: true, error: null };
    redraw(0);
    const follow = async (signal: AbortSignal) => {
      const known = log.current.size;
      const from = known === 0 && log.current.part.end === 0 ? -kPiece : known;
      const response = await send(withQuery(url, `follow=true&offset=${from}`), { headers: { Accept: "text/plain" }, signal });
      const start = Number(response.headers.get("Weir-Log-Offset") ?? 0);
      if (known === 0) log.current = { ...log.current, part: emptyPart(start), size: start };
      const reader = response.body!.getReader();
      for (let first = known === 0; ; first = false) {
        const { done, value } = await reader.read();
        if (done) break;
        grow(value, log.current.size + value.length);
        if (first) change({ part: fromLineStart(log.current.part) });
        if (log.current.error || log.current.reading) change({ reading: false, error: null });
      }
      change({ ended: true, reading: false, error: null });
    };
    const keepOn = () => {
      const { signal } = stop;
      follow(signal).catch((error: unknown) => {
        if (signal.aborted) return;
        const known = error instanceof ApiError ? error : new ApiError(0, "the connection to the log broke");
        change({ reading: false, error: known });
        if (known.status === 0 || known.status === 429 || known.status >= 500) window.setTimeout(() => !signal.aborted && keepOn(), kAgain);
      });
    };
    // A tab that nobody sees holds no connection: browsers open six to a server, for all tabs together.
    const seen = () => {
      stop.abort();
      if (document.hidden || log.current.ended) return;
      stop = new AbortController();
      keepOn();
    };
    document.addEventListener("visibilitychange", seen);
    keepOn();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      stop.abort();
    };
  }, [url]);

  const read = async (act: () => Promise<LogPart>) => {
    if (log.current.reading) return;
    change({ reading: true });
    try {
      change({ part: await act(), reading: false });
    } catch (error) {
      change({ reading: false, error: error as ApiError });
    }
  };
  return {
    log: log.current,
    readBefore: () =>
      read(async () => {
        const { part } = log.current;
        const from = Math.max(0, part.start - kPiece);
        const bytes = await range(url, from, part.start);
        return fromLineStart(prepend(log.current.part, bytes));
      }),
    readBehind: () =>
      read(async () => {
        const { part, size } = log.current;
        return append(part, await range(url, part.end, Math.min(size, part.end + kPiece)));
      }),
    toStart: () =>
      read(async () => append(emptyPart(0), await range(url, 0, Math.min(log.current.size, kPiece)))),
    toEnd: () =>
      read(async () => {
        const from = Math.max(0, log.current.size - kPiece);
        return fromLineStart(append(emptyPart(from), await range(url, from, log.current.size)));
      }),
  };
}
