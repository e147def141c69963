import { useState } from "preact/hooks";
import { address, change, path } from "@/api/client";
import type { Token, TokenList } from "@/api/types";
import { useApi } from "@/api/use";
import { useNow } from "@/model/preferences";
import { useSession } from "@/model/session";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { Ago } from "@/parts/moment";
import { Empty, Note, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { type Column, Table } from "@/parts/table";
import { attempt } from "@/parts/toasts";
import { MakeToken, TheToken } from "./make_token";

function Expires({ at }: { at: string | null }) {
  const now = useNow();
  if (!at) return <span class="muted">never</span>;
  return Date.parse(at) < now ? <span class="badge" data-state="failed">expired</span> : <Ago at={at} />;
}

export default function Tokens() {
  const { me, may } = useSession();
  const tokens = useApi<TokenList>(address("/tokens", { limit: 1000 }));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<(Token & { token: string }) | null>(null);
  const [removing, setRemoving] = useState<Token | null>(null);
  const columns: Column<Token>[] = [
    { head: "Name", cell: (token) => <span class="user-name">{token.name}</span> },
    ...(may("admin") ? [{ head: "Of", cell: (token: Token) => token.username }] : []),
    { head: "Role", cell: (token) => token.role },
    {
      head: "May",
      cell: (token) =>
        token.scopes.length === 0 ? <span class="muted">all that its role may</span> : token.scopes.map((scope) => <span key={scope} class="tag">{scope}</span>),
    },
    { head: "Expires", cell: (token) => <Expires at={token.expires_at} /> },
    { head: "Last used", cell: (token) => (token.last_used_at ? <Ago at={token.last_used_at} /> : <span class="muted">never</span>) },
    {
      head: <span class="for-screen-readers">What to do</span>,
      right: true,
      cell: (token) => <Button small kind="quiet" icon="cross" label={`Remove the token ${token.name}`} onClick={() => setRemoving(token)} />,
    },
  ];
  const remove = async (token: Token) => {
    const removed = await attempt(`The token ${token.name} is removed`, () => change("DELETE", path("tokens", token.token_id)));
    if (removed) setRemoving(null);
    await tokens.mutate();
  };
  const off = me.via === "off";
  return (
    <>
      <PageHead title="API tokens"
        actions={
          <Button kind="primary" icon="plus" disabled={off} title={off ? "Logins are off: no token is needed" : undefined} onClick={() => setMaking(true)}>
            Make a token
          </Button>
        }
      >
        <p>
          For programs: <code>Authorization: Bearer weir_…</code>
        </p>
      </PageHead>
      {off && <Note>Logins are off, so programs need no token.</Note>}
      <Card flush label="API tokens">
        <Show of={tokens}>
          {({ tokens: rows }) =>
            rows.length === 0 ? <Empty title="There is no token yet" /> : <Table label="API tokens" rows={rows} columns={columns} rowKey={(token) => token.token_id} />
          }
        </Show>
      </Card>
      {making && (
        <MakeToken most={me.role} onClose={() => setMaking(false)}
          onMade={async (token) => {
            setMaking(false);
            setMade(token);
            await tokens.mutate();
          }} />
      )}
      {made && <TheToken made={made} onClose={() => setMade(null)} />}
      {removing && (
        <Dialog title={`Remove the token ${removing.name}?`} onClose={() => setRemoving(null)} onSubmit={() => remove(removing)}
          actions={
            <Button kind="danger" type="submit">
              Remove
            </Button>
          }
        >
          <p>Programs that use it are refused from then on.</p>
        </Dialog>
      )}
    </>
  );
}
