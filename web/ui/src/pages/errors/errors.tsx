import { useState } from "preact/hooks";
import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { ImportError, ImportErrorList } from "@/api/types";
import { useApi } from "@/api/use";
import { BrokenFile } from "@/parts/broken_file";
import { Copy } from "@/parts/copy";
import { FaultList } from "@/parts/faults";
import { Ago } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { Views } from "@/parts/views";

function File({ error }: { error: ImportError }) {
  const [view, setView] = useState<"faults" | "file">("faults");
  return (
    <Card flush label={error.filename}
      title={<span class="mono fault-file">{error.filename}</span>}
      actions={
        <>
          <Views label="What of the file is shown" of={[["faults", "Faults"], ["file", "In the file"]]} value={view} onValue={setView} />
          <span class="small muted">
            <Ago at={error.timestamp} />
          </span>
          <Copy text={error.stack_trace} what="what is wrong" />
        </>
      }
    >
      {view === "file" ? <BrokenFile error={error} /> : <FaultList of={error.diagnostics} />}
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
