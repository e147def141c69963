// Why something waits, or how it ended: sentences of the daemon's.
import type { Why } from "@/api/types";

export function Reasons({ of: { reasons } }: { of: Why }) {
  return (
    <ul class="why-list">
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}
