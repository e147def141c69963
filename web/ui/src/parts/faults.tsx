// What is wrong in a file, in the daemon's words.
import type { Diagnostic } from "@/api/types";

/** "task 'a' needs unknown 'bb'; did you mean 'b'?": what is wrong, and how to mend it. */
export function splitRemedy(message: string): { fault: string; remedy: string | null } {
  const at = message.lastIndexOf("; ");
  return at < 0 ? { fault: message, remedy: null } : { fault: message.slice(0, at), remedy: message.slice(at + 2) };
}

export function FaultWords({ of }: { of: Diagnostic }) {
  const { fault, remedy } = splitRemedy(of.message);
  return (
    <>
      {fault}
      {remedy && <span class="fault-remedy">{remedy}</span>}
    </>
  );
}

/** Without the text: each with its line and column. */
export function FaultList({ of }: { of: Diagnostic[] }) {
  return (
    <ul>
      {of.map((one) => (
        <li key={`${one.line}:${one.column}:${one.message}`} class="fault-line">
          <p>
            <span class="mono nowrap fault-place">
              {one.line}:{one.column}
            </span>{" "}
            <FaultWords of={one} />
          </p>
        </li>
      ))}
    </ul>
  );
}
