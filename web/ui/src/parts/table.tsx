import type { ComponentChildren } from "preact";
import { Button } from "./button";

export interface Column<Row> {
  head: ComponentChildren;
  cell: (row: Row) => ComponentChildren;
  /** The daemon's name for sorting by it. */
  order?: string;
  right?: boolean;
}

interface TableProps<Row> {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row) => string | number;
  /** "name", or "-name" for descending; the daemon sorts. */
  order?: string;
  onOrder?: (order: string) => void;
}

export function Table<Row>({ label, rows, columns, rowKey, order, onOrder }: TableProps<Row>) {
  const head = (column: Column<Row>) => {
    if (!column.order || !onOrder) return column.head;
    const descending = order === "-" + column.order;
    const sorted = descending || order === column.order;
    return (
      <button type="button" class="sort-button" onClick={() => onOrder((descending ? "" : "-") + column.order)}>
        {column.head}
        <span aria-hidden="true">{sorted ? (descending ? "↓" : "↑") : ""}</span>
      </button>
    );
  };
  const sortOf = (column: Column<Row>) =>
    !column.order ? undefined : order === column.order ? "ascending" : order === "-" + column.order ? "descending" : "none";
  return (
    // A wide table scrolls inside its frame, which the keyboard must be able to reach.
    <div class="table-frame" tabIndex={0} role="region" aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            {columns.map((column, i) => (
              <th key={i} scope="col" class={column.right ? "right" : undefined} aria-sort={sortOf(column)}>
                {head(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column, i) => (
                <td key={i} class={column.right ? "right number" : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Leafs through a list. `least`: there may be more than `total`. */
export function Pager(props: { offset: number; limit: number; total: number; least?: boolean; onOffset: (offset: number) => void }) {
  const { offset, limit, total, least, onOffset } = props;
  if (total <= limit && offset === 0 && !least) return null;
  const last = Math.min(offset + limit, total);
  return (
    <div class="pager">
      <span class="number">
        {total === 0 ? 0 : offset + 1}–{last} of {total.toLocaleString("en")}
        {least ? " or more" : ""}
      </span>
      <Button small icon="left" label="Page before" disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - limit))} />
      <Button small icon="right" label="Next page" disabled={last >= total && !least} onClick={() => onOffset(offset + limit)} />
    </div>
  );
}
