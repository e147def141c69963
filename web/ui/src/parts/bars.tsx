// Rows of a timeline: a name, a bar over time with the lighter wait before it, and how long it took.
import { type Bar, type Range, type Span, type Tick, barOf } from "@/model/spans";
import { duration } from "@/model/time";

const position = ({ left, width }: Bar) => ({ left: `${left}%`, width: `${width}%` });

/** A line's words stand in the middle above it; at the edges they stay inside. */
const kEdge = 4; // per cent
const shiftOf = (at: number): number => (at < kEdge ? 0 : at > 100 - kEdge ? -100 : -50);

export function Scale({ ticks }: { ticks: Tick[] }) {
  return (
    <div class="timeline-scale" aria-hidden="true">
      <span class="timeline-ticks">
        {ticks.map(({ at, words }) => (
          <span key={at} class="number" style={{ left: `${at}%`, transform: `translate(${shiftOf(at)}%, -50%)` }}>
            {words}
          </span>
        ))}
      </span>
      <span class="timeline-took">took</span>
    </div>
  );
}

interface BarsProps {
  kind?: string; // of what, for those who only hear the name
  name: string;
  /** What else is known, for those who don't see the bar. */
  words: string;
  span: Span;
  range: Range;
  ticks: Tick[];
  state: string | null;
}
/** What stands in a row, and, read from its beginning to its end, the row's name. */
export function Bars({ kind, name, words, span, range, ticks, state }: BarsProps) {
  const { queued, start, end } = span;
  return (
    <>
      <span class="timeline-name">
        {kind && <span class="for-screen-readers">{kind} </span>}
        {name}
      </span>
      <span class="for-screen-readers">
        : {words}, waited {duration((start - queued) / 1000)}
        {end > start && ", ran "}
      </span>
      <span class="timeline-track">
        {ticks.map(({ at }) => (
          <i key={at} class="timeline-line" style={{ left: `${at}%` }} />
        ))}
        {start > queued && <span class="timeline-wait" style={position(barOf(queued, start, range))} />}
        <span class="timeline-bar" data-state={state ?? "none"} style={position(barOf(start, end, range))} />
      </span>
      <span class="timeline-took number">{end > start ? duration((end - start) / 1000) : <span aria-hidden="true">–</span>}</span>
    </>
  );
}

/** "waited 3 s, ran 2 min" */
export const wordsOfSpan = ({ queued, start, end }: Span): string =>
  `waited ${duration((start - queued) / 1000)}` + (end > start ? `, ran ${duration((end - start) / 1000)}` : "");
