// A year of days as squares: how each of them went.
import { useLocation } from "preact-iso";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { address, path } from "@/api/client";
import { ofDag } from "@/api/live";
import type { Calendar as CalendarData } from "@/api/types";
import { useApi } from "@/api/use";
import { type Day, type Level, dayAfter, levelOf, weeksOf } from "@/model/calendar";
import { dagHref } from "@/model/links";
import { useZone } from "@/model/preferences";
import { useQuery } from "@/model/query";
import { wordsOfState } from "@/model/states";
import { dateOnly } from "@/model/time";
import { Button } from "@/parts/button";
import { Show } from "@/parts/notes";
import { Card } from "@/parts/page";

const kYear = 364; // whole weeks, so that every row is as long
const kWeekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const kLevels: [Level, string][] = [
  ["none", "no run"],
  ["good", "none failed"],
  ["few", "a fifth or less failed"],
  ["some", "up to three fifths"],
  ["most", "more failed"],
  ["open", "not over"],
];

export function Calendar({ dag_id }: { dag_id: string }) {
  const [query, setQuery] = useQuery();
  const zone = useZone();
  const today = dateOnly(new Date().toISOString(), zone);
  const to = query.until && query.until < today ? query.until : today;
  const from = dayAfter(to, -kYear);
  const calendar = useApi<CalendarData>(address(path("dags", dag_id, "calendar"), { from, to, timezone: zone }), ofDag(dag_id));
  const later = dayAfter(to, kYear + 1);
  return (
    <Card title={<span class="number">{from} to {to}</span>}
      actions={
        <>
          <Button small icon="left" label="The year before" onClick={() => setQuery({ until: dayAfter(from, -1) })} />
          <Button small icon="right" label="The year after" disabled={to === today} onClick={() => setQuery({ until: later < today ? later : "" })} />
        </>
      }>
      <Show of={calendar} lines={5}>{(data) => <Year dag_id={dag_id} calendar={data} from={from} to={to} />}</Show>
    </Card>
  );
}

const wordsOf = ({ date, runs }: Day): string =>
  date + ": " + (runs ? Object.entries(runs).filter(([, count]) => count > 0).map(([state, count]) => `${count} ${wordsOfState(state)}`).join(", ") : "no run");

function Year({ dag_id, calendar, from, to }: { dag_id: string; calendar: CalendarData; from: string; to: string }) {
  const { route } = useLocation();
  const weeks = useMemo(() => weeksOf(calendar, from, to), [calendar, from, to]);
  const [chosen, setChosen] = useState(to);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => void (frame.current!.scrollLeft = frame.current!.scrollWidth), [to]);
  useEffect(() => setChosen(to), [to]);
  const onKeyDown = (event: KeyboardEvent) => {
    const days = { ArrowLeft: -7, ArrowRight: 7, ArrowUp: -1, ArrowDown: 1, PageUp: -28, PageDown: 28 }[event.key];
    if (days === undefined) return;
    event.preventDefault();
    const next = dayAfter(chosen, days);
    if (next < from || next > to) return;
    setChosen(next);
    frame.current!.querySelector<HTMLElement>(`[data-date="${next}"]`)?.focus();
  };
  const cell = (day: Day | null, week: number) => {
    if (!day) return <td key={week} />;
    const level = levelOf(day.runs);
    const failed = level === "few" || level === "some" || level === "most";
    return (
      <td key={week}>
        <button type="button" class="day" data-date={day.date} data-level={level} tabIndex={day.date === chosen ? 0 : -1} title={wordsOf(day)} aria-label={wordsOf(day)}
          aria-disabled={!day.runs} onFocus={() => setChosen(day.date)}
          onClick={() => day.runs && route(`${dagHref(dag_id, "runs")}?from=${day.date}&to=${day.date}`)}>
          {failed ? "×" : ""}
        </button>
      </td>
    );
  };
  return (
    <>
      <div class="calendar" ref={frame} onKeyDown={onKeyDown}>
        <table aria-label="Days by how their runs went. Arrow keys walk, Enter shows a day's runs.">
          <thead>
            <tr>
              <td />
              {weeks.map((week, i) => (
                <th key={i} scope="col" class="calendar-month">
                  {week.month && <span>{week.month}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {kWeekdays.map((name, weekday) => (
              <tr key={name}>
                <th scope="row" class="calendar-weekday">
                  {name}
                </th>
                {weeks.map((week, i) => cell(week.days[weekday]!, i))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="calendar-foot">
        {kLevels.map(([level, words]) => (
          <span key={level}>
            <span class="day" data-level={level} aria-hidden="true">
              {level === "few" || level === "some" || level === "most" ? "×" : ""}
            </span>
            {words}
          </span>
        ))}
      </div>
    </>
  );
}
