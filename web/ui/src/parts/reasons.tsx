// Why something waits, or how it ended: sentences of the daemon's.
import type { Why } from "@/api/types";
import { Moment } from "./moment";

/** The moments of a sentence, but not those that are a part of a run's id. */
const kMoment = /(?<!\w)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** Its moments are told as everywhere: in the zone that the viewer chose. */
export const Sentence = ({ text }: { text: string }) => <>{text.split(kMoment).map((piece, i) => (i % 2 === 1 ? <Moment key={i} at={piece} /> : piece))}</>;

export function Reasons({ of: { reasons } }: { of: Why }) {
  return (
    <ul class="why-list">
      {reasons.map((reason) => (
        <li key={reason}>
          <Sentence text={reason} />
        </li>
      ))}
    </ul>
  );
}
