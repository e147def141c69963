import { useNow, useZone } from "@/model/preferences";
import { ago, dateTime, duration, offsetOf } from "@/model/time";

/** A moment in the zone that the viewer chose; the rest stands in its title. */
export function Moment({ at, seconds = true }: { at: string | null | undefined; seconds?: boolean }) {
  const zone = useZone();
  if (!at) return <span class="muted">–</span>;
  return (
    <time dateTime={at} class="number nowrap" title={`${dateTime(at, zone)} ${offsetOf(at, zone)} (${zone})\n${at}`}>
      {dateTime(at, zone, seconds)}
    </time>
  );
}

/** "3 min ago", kept true. */
export function Ago({ at }: { at: string | null | undefined }) {
  const now = useNow();
  const zone = useZone();
  if (!at) return <span class="muted">–</span>;
  return (
    <time dateTime={at} class="nowrap" title={`${dateTime(at, zone)} (${zone})`}>
      {ago(at, now)}
    </time>
  );
}

/** How long something took, or has taken so far. */
export function Took({ start, end }: { start: string | null | undefined; end: string | null | undefined }) {
  return start ? <Span start={start} end={end ?? null} /> : <span class="muted">–</span>;
}

function Span({ start, end }: { start: string; end: string | null }) {
  const now = useNow();
  const seconds = ((end ? Date.parse(end) : now) - Date.parse(start)) / 1000;
  return <span class="number nowrap">{duration(Math.max(0, seconds))}</span>;
}
