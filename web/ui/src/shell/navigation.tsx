import { useApi } from "@/api/use";
import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Counts, Overview, Role } from "@/api/types";
import { useSession } from "@/model/session";
import { Icon, type IconName } from "@/parts/icon";

interface Entry {
  href: string;
  text: string;
  icon: IconName;
  role?: Role; // who may see it; without: everybody
  count?: keyof Counts;
}

const kGroups: { title: string; entries: Entry[] }[] = [
  {
    title: "Batches",
    entries: [
      { href: "/", text: "Home", icon: "home" },
      { href: "/dags", text: "DAGs", icon: "dag" },
      { href: "/runs", text: "Runs", icon: "runs", count: "running" },
      { href: "/backfills", text: "Backfills", icon: "backfill" },
      { href: "/approvals", text: "Approvals", icon: "person" },
    ],
  },
  {
    title: "Streams",
    entries: [
      { href: "/windows", text: "Windows", icon: "windows" },
      { href: "/events", text: "Events", icon: "events", count: "rejected_events" },
      { href: "/sources", text: "Sources", icon: "sources" },
    ],
  },
  {
    title: "Weir",
    entries: [
      { href: "/errors", text: "Import errors", icon: "error", count: "import_errors" },
      { href: "/pools", text: "Pools", icon: "pools" },
      { href: "/notifications", text: "Notifications", icon: "bell" },
      { href: "/audit", text: "Audit", icon: "audit", role: "admin" },
      { href: "/users", text: "Users", icon: "person", role: "admin" },
      { href: "/tokens", text: "API tokens", icon: "key" },
    ],
  },
];
const kBad = new Set<keyof Counts>(["import_errors", "rejected_events"]);

const isHere = (href: string, path: string) => (href === "/" ? path === "/" : path === href || path.startsWith(href + "/"));

export function Navigation({ path }: { path: string }) {
  const { may } = useSession();
  const { data } = useApi<Overview>(address("/overview"), ofKind("run", "catalog", "event", "dag"));
  const count = (entry: Entry) => {
    const number = entry.count && data?.counts[entry.count];
    return number ? <span class={`count ${kBad.has(entry.count!) ? "bad" : ""}`}>{number > 999 ? "999+" : number}</span> : null;
  };
  return (
    <nav class="shell-nav" aria-label="Main">
      <a class="shell-brand" href="/">
        <img src="/weir.svg" width="26" height="26" alt="" />
        Weir
      </a>
      {kGroups.map((group) => (
        <div key={group.title}>
          <h2>{group.title}</h2>
          {group.entries
            .filter((entry) => !entry.role || may(entry.role))
            .map((entry) => (
              <a key={entry.href} class="shell-link" href={entry.href} aria-current={isHere(entry.href, path) ? "page" : undefined}>
                <Icon name={entry.icon} />
                {entry.text}
                {count(entry)}
              </a>
            ))}
        </div>
      ))}
    </nav>
  );
}
