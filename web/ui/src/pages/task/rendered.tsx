// What a try was told to run, every expression filled in. The daemon has left the secrets out.
import { useApi } from "@/api/use";
import { Show } from "@/parts/notes";
import { Facts } from "@/parts/page";

interface Launch {
  operator: string;
  command: string[] | null;
  script: string | null;
  action: unknown;
  env: Record<string, unknown>;
  workdir: string;
  timeout: number | null;
  log_path: string;
}

const kPlainWord = /^[\w@%+=:,./-]+$/;
/** As a shell would take it. */
const quoted = (word: string): string => (kPlainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

export function Rendered({ url }: { url: string }) {
  const launch = useApi<Launch>(url);
  return (
    <Show of={launch}>
      {(one) => (
        <div class="card-body stack">
          {one.script !== null && <pre class="code wrap">{one.script}</pre>}
          {one.command && <pre class="code wrap">{one.command.map(quoted).join(" ")}</pre>}
          {one.action !== null && one.action !== undefined && <pre class="code wrap">{JSON.stringify(one.action, null, 2)}</pre>}
          <Facts
            of={[
              ["Folder", <code>{one.workdir}</code>],
              ["Timeout", one.timeout ? `${one.timeout} s` : "none"],
              ["Log", <code>{one.log_path}</code>],
            ]}
          />
          <h3>Environment</h3>
          <Facts of={Object.entries(one.env).map(([name, value]) => [name, <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>])} />
        </div>
      )}
    </Show>
  );
}
