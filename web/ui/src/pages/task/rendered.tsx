// What a try was told to run, every expression filled in. The daemon has left the secrets out.
import type { Rendered } from "@/api/types";
import { useApi } from "@/api/use";
import { Show } from "@/parts/notes";
import { Facts } from "@/parts/page";

const kPlainWord = /^[\w@%+=:,./-]+$/;
/** As a shell would take it. */
const quoted = (word: string): string => (kPlainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

export function WhatRan({ url }: { url: string }) {
  const answer = useApi<Rendered>(url);
  return (
    <Show of={answer}>
      {(one) => (
        <div class="card-body stack">
          {one.script !== null && <pre class="code wrap">{one.script}</pre>}
          {one.command && <pre class="code wrap">{one.command.map(quoted).join(" ")}</pre>}
          {one.action && <pre class="code wrap">{JSON.stringify(one.action, null, 2)}</pre>}
          <Facts
            of={[
              ["Folder", <code>{one.workdir}</code>],
              ["Timeout", one.timeout ? `${one.timeout} s` : "none"],
              ["Log", <code>{one.log_path}</code>],
            ]}
          />
          <h3>Environment</h3>
          <Facts of={Object.entries(one.env).map(([name, value]) => [name, <code>{value}</code>])} />
        </div>
      )}
    </Show>
  );
}
