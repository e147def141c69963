// The daemon's resources, by the names that pages use. web/api/openapi.yaml says what they are; `npm run types` makes schema.d.ts of it.
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
/** What GET answers at a path of the description. */
type Answer<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: { content: { "application/json": infer Body } } } } } ? Body : never;

export type Fault = Schemas["ValidationProblem"]["detail"][number];
export type Change = Schemas["Change"];
export type Why = Schemas["Why"];

export type Dag = Schemas["Dag"];
export type DagList = Schemas["Dags"];
export type DagDetails = Schemas["DagDetails"];
export type DagSource = Schemas["DagSource"];
export type Param = Schemas["Param"];
export type Params = Record<string, Param>;
export type Task = Schemas["Task"];
export type TaskList = Answer<"/api/v2/dags/{dag_id}/tasks">;
export type Grid = Schemas["Grid"];
export type GridRow = Grid["tasks"][number];
export type GridRun = Grid["runs"][number];
export type Graph = Schemas["Graph"];
export type GraphNode = Graph["nodes"][number];
export type GraphEdge = Graph["edges"][number];
export type Calendar = Schemas["Calendar"];
export type NextRuns = Schemas["NextRuns"];
export type NextRun = NextRuns["next_runs"][number];

export type Run = Schemas["Run"];
export type RunList = Schemas["Runs"];
export type TaskInstance = Schemas["TaskInstance"];
export type TaskInstanceList = Schemas["TaskInstances"];
export type Try = Schemas["Try"];
export type TryList = Schemas["Tries"];
export type Rendered = Schemas["Rendered"];
export type Backfill = Schemas["Backfill"];
export type BackfillList = Answer<"/api/v2/backfills">;
export type Question = Schemas["HitlDetail"];
export type QuestionList = Answer<"/api/v2/dags/{dag_id}/dagRuns/{run_id}/hitlDetails">;

export type LedgerEvent = Schemas["Event"];
export type AssetState = Schemas["AssetProgress"];
export type AssetList = Answer<"/api/v2/windows/assets">;
export type AssetWindow = Schemas["Window"];
export type WindowList = Answer<"/api/v2/windows">;
export type Coverage = Schemas["Coverage"];
export type CoverageState = keyof Schemas["CoverageCounts"];
export type CoveredWindow = NonNullable<Coverage["windows"]>[number];
export type CoveredPeriod = NonNullable<Coverage["periods"]>[number];

export type Overview = Schemas["Overview"];
export type Late = Overview["late"][number];
export type ComingRun = Overview["next"][number];
export type WaitingApproval = Overview["approvals"][number];
export type Counts = Overview["counts"];
export type SearchResults = Schemas["SearchResults"];
export type SearchResult = SearchResults["results"][number];

export type Health = Schemas["Health"];
export type ImportError = Schemas["ImportError"];
export type ImportErrorWithContent = Schemas["ImportErrorWithContent"];
export type ImportErrorList = Answer<"/api/v2/importErrors">;
export type Diagnostic = ImportError["diagnostics"][number];
export type Pool = Schemas["Pool"];
export type PoolList = Answer<"/api/v2/pools">;
export type Source = Schemas["Source"];
export type SourceList = Answer<"/api/v2/sources">;
export type Notification = Schemas["Notification"];
export type NotificationList = Answer<"/api/v2/notifications">;
export type LogEntry = Schemas["EventLog"];

export type Role = Schemas["Role"];
export type Me = Schemas["Me"];
export type AuthStatus = Answer<"/api/v2/auth/status">;
export type User = Schemas["User"];
export type UserList = Answer<"/api/v2/users">;
export type Token = Schemas["Token"];
export type TokenList = Answer<"/api/v2/tokens">;
