// The log of one try, as it is written: coloured, searchable, of any length. Only the lines that are seen are in the page.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { withQuery } from "@/api/client";
import { type Span, type Style, kPlain, parseAnsi } from "@/model/ansi";
import { linesOf } from "@/model/log_file";
import { Button, LinkButton } from "@/parts/button";
import { Empty, ErrorNote } from "@/parts/notes";
import { useLog } from "./use_log";

const kLine = 20; // px, as in task.css
const kOverscan = 30; // lines above and below what is seen
const kAtEnd = 2 * kLine;

export const sizeWords = (bytes: number): string =>
  bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;

function Words({ span, find }: { span: Span; find: string }) {
  const pieces = find ? span.text.split(new RegExp(`(${find.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "gi")) : [span.text];
  const look = [span.color !== null && `ansi-${span.color}`, span.bold && "ansi-bold", span.faint && "ansi-faint", span.underline && "ansi-underline"].filter(Boolean).join(" ");
  return <span class={look || undefined}>{pieces.map((piece, i) => (i % 2 === 1 ? <mark key={i}>{piece}</mark> : piece))}</span>;
}

/** The style in which each line begins is that in which the one before ended. */
function stylesOf(lines: string[]): Style[] {
  let style = kPlain;
  return lines.map((line) => {
    const begins = style;
    if (line.includes("\x1b")) style = parseAnsi(line, style).style;
    return begins;
  });
}

export function LogViewer({ url, name }: { url: string; name: string }) {
  const { log, readBefore, readBehind, toStart, toEnd } = useLog(url);
  const [wrap, setWrap] = useState(false);
  const [find, setFind] = useState("");
  const [match, setMatch] = useState(0);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const frame = useRef<HTMLDivElement>(null);
  const stuck = useRef(true); // to the end, which the view follows

  const lines = useMemo(() => linesOf(log.part), [log.part]);
  const styles = useMemo(() => stylesOf(lines), [lines]);
  const matches = useMemo(() => {
    const wanted = find.toLowerCase();
    return wanted ? lines.flatMap((line, i) => (line.toLowerCase().includes(wanted) ? [i] : [])) : [];
  }, [lines, find]);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    if (stuck.current) element.scrollTop = element.scrollHeight;
  }, [lines]);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const jump = (step: number) => {
    if (matches.length === 0) return;
    const next = (match + step + matches.length) % matches.length;
    setMatch(next);
    stuck.current = false;
    frame.current!.scrollTop = Math.max(0, matches[next]! * kLine - height / 2);
  };
  const onScroll = () => {
    const element = frame.current!;
    setTop(element.scrollTop);
    stuck.current = log.part.end === log.size && element.scrollHeight - element.scrollTop - element.clientHeight < kAtEnd;
  };
  const go = async (act: () => Promise<void>, toTheEnd: boolean) => {
    stuck.current = toTheEnd;
    await act();
    requestAnimationFrame(() => frame.current && (frame.current.scrollTop = toTheEnd ? frame.current.scrollHeight : 0));
  };

  // Wrapped lines have no known height: then all that is held is in the page.
  const first = wrap ? 0 : Math.max(0, Math.floor(top / kLine) - kOverscan);
  const last = wrap ? lines.length : Math.min(lines.length, Math.ceil((top + height) / kLine) + kOverscan);
  return (
    <div class="log">
      <div class="log-bar">
        <input class="input log-find" type="search" aria-label="Find in what is shown" placeholder="Find" value={find}
          onInput={(event) => (setFind(event.currentTarget.value), setMatch(-1))}
          onKeyDown={(event) => event.key === "Enter" && (event.preventDefault(), jump(event.shiftKey ? -1 : 1))} />
        {find && (
          <>
            <span class="small muted number" role="status">
              {matches.length === 0 ? "nothing found" : `${Math.max(0, match) + 1} of ${matches.length}`}
            </span>
            <Button small kind="quiet" icon="up" label="The match before" disabled={matches.length === 0} onClick={() => jump(-1)} />
            <Button small kind="quiet" icon="down" label="The next match" disabled={matches.length === 0} onClick={() => jump(1)} />
          </>
        )}
        <span class="log-tools">
          <span class="small muted number" role="status">
            {sizeWords(log.size)}
            {!log.ended && !log.error && ", growing"}
          </span>
          <Button small kind="quiet" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
            {wrap ? "Don't wrap" : "Wrap"}
          </Button>
          <Button small kind="quiet" onClick={() => go(toStart, false)}>
            Start
          </Button>
          <Button small kind="quiet" onClick={() => go(toEnd, true)}>
            End
          </Button>
          <LinkButton small kind="quiet" icon="download" label="Download the whole log" href={withQuery(url, "download=true")} download={name} />
        </span>
      </div>
      {log.error && <ErrorNote error={log.error} />}
      <div class="log-frame" ref={frame} tabIndex={0} role="log" aria-label="Log" aria-live="off" onScroll={onScroll}>
        {log.part.start > 0 && (
          <p class="log-more">
            <Button small disabled={log.reading} onClick={readBefore}>
              Show what is before ({sizeWords(log.part.start)})
            </Button>
          </p>
        )}
        {lines.length === 0 && log.ended ? (
          <Empty title="The task has written nothing" />
        ) : (
          <div class={wrap ? "log-lines wrap" : "log-lines"} style={wrap ? undefined : { paddingTop: first * kLine, paddingBottom: (lines.length - last) * kLine }}>
            {lines.slice(first, last).map((line, i) => (
              <div key={first + i} class={matches[match] === first + i ? "log-line found" : "log-line"}>
                <span class="log-number" aria-hidden="true">
                  {log.part.start === 0 ? first + i + 1 : ""}
                </span>
                <span class="log-text">
                  {parseAnsi(line, styles[first + i]).spans.map((span, at) => (
                    <Words key={at} span={span} find={find} />
                  ))}
                </span>
              </div>
            ))}
          </div>
        )}
        {log.part.end < log.size && (
          <p class="log-more">
            <Button small disabled={log.reading} onClick={readBehind}>
              Show what follows ({sizeWords(log.size - log.part.end)})
            </Button>
          </p>
        )}
      </div>
    </div>
  );
}
