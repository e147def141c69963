// A file that doesn't load, as it is on disk.
import { address, path } from "@/api/client";
import { ofKind } from "@/api/live";
import type { ImportError, ImportErrorWithContent } from "@/api/types";
import { useApi } from "@/api/use";
import { FaultList } from "./faults";
import { Show } from "./notes";
import { Source } from "./source";

export function BrokenFile({ error, anchors }: { error: ImportError; anchors?: boolean }) {
  const answer = useApi<ImportErrorWithContent>(address(path("importErrors", error.import_error_id)), ofKind("catalog"));
  // What was read before may be another file's.
  const known = answer.data?.import_error_id === error.import_error_id ? answer.data : undefined;
  return (
    <Show of={{ ...answer, data: known } as typeof answer} lines={6}>
      {({ content, diagnostics }) =>
        content === null ? (
          <>
            <p class="card-body muted">The text of the file is not here: it can't be read, or is longer than 256 KiB.</p>
            <FaultList of={diagnostics} />
          </>
        ) : (
          <Source text={content} label={`${error.filename} on disk`} faults={diagnostics} anchors={anchors} />
        )
      }
    </Show>
  );
}
