import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Diagnostic, ImportError, ImportErrorList } from "@/api/types";
import { useApi } from "@/api/use";
import { Ago } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { Copy } from "@/parts/copy";

/** "task 'a' needs unknown 'bb'; did you mean 'b'?": what is wrong, and how to mend it. */
export function splitRemedy(message: string): { fault: string; remedy: string | null } {
  const at = message.lastIndexOf("; ");
  return at < 0 ? { fault: message, remedy: null } : { fault: message.slice(0, at), remedy: message.slice(at + 2) };
}

function Fault({ of }: { of: Diagnostic }) {
  const { fault, remedy } = splitRemedy(of.message);
  return (
    <li class="fault-line">
      <p>
        <span class="mono nowrap fault-place">
          {of.line}:{of.column}
        </span>{" "}
        {fault}
        {remedy && <span class="fault-remedy">{remedy}</span>}
      </p>
    </li>
  );
}

function File({ error }: { error: ImportError }) {
  return (
    <Card flush
      title={<span class="mono fault-file">{error.filename}</span>}
      actions={
        <>
          <span class="small muted">
            <Ago at={error.timestamp} />
          </span>
          <Copy text={error.stack_trace} what="what is wrong" />
        </>
      }
    >
      {error.diagnostics.length > 0 ? (
        <ul>
          {error.diagnostics.map((one) => (
            <Fault key={`${one.line}:${one.column}:${one.message}`} of={one} />
          ))}
        </ul>
      ) : (
        <pre class="code wrap">{error.stack_trace}</pre>
      )}
    </Card>
  );
}

export default function Errors() {
  const errors = useApi<ImportErrorList>(address("/importErrors", { limit: 200 }), ofKind("catalog"));
  return (
    <>
      <PageHead title="Import errors">
        <p>Files in the DAG folder that can't be used. What a file said before it broke goes on running.</p>
      </PageHead>
      <Show of={errors}>
        {({ import_errors, total_entries }) =>
          import_errors.length === 0 ? (
            <Card>
              <Empty title="Every file is fine">Weir reads a file as soon as it changes, and tells here what is wrong with it.</Empty>
            </Card>
          ) : (
            <>
              {import_errors.map((error) => (
                <File key={error.import_error_id} error={error} />
              ))}
              {total_entries > import_errors.length && <p class="muted">And {total_entries - import_errors.length} more files.</p>}
            </>
          )
        }
      </Show>
    </>
  );
}
