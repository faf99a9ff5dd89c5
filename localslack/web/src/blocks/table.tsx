// `table` and `data_table`: a header that stays, numbers to the right, its own sideways scroll; the second pages and sorts.
import { useState } from "preact/hooks";
import { Icon } from "../chrome/icons";
import type { Block, Loose } from "../shapes";
import { T } from "../text";
import { RichText, richWords } from "./rich_text";

type Cell = Loose;
type Align = "left" | "center" | "right";

const cellText = (cell: Cell): string =>
  cell?.type === "rich_text" ? richWords(cell.elements) : String(cell?.text ?? cell?.value ?? "");

const NUMERIC = /^[\s$+\-−–±]*[\d][\d\s,.]*\s*(?:%|pp|pts?|d|s|min|h|k|M|mil)?\s*$/u;
const BLANK = /^\s*[—–-]?\s*$/;

/** As the column says; else to the right where every value is a number. */
function alignment(block: Block, rows: Cell[][], column: number): Align {
  const said = block.column_settings?.[column]?.align;
  if (said === "left" || said === "center" || said === "right") return said;
  const values = rows.map((row) => row[column]).filter((cell) => !BLANK.test(cellText(cell)));
  const numbers = values.every((cell) => cell?.type === "raw_number" || NUMERIC.test(cellText(cell)));
  return numbers && values.length ? "right" : "left";
}

function CellView({ cell }: { cell: Cell }) {
  if (cell?.type === "rich_text") return <RichText block={cell} />;
  return <>{cellText(cell)}</>;
}

interface Sorting {
  column: number;
  down: boolean;
}

interface GridProps {
  block: Block;
  head: Cell[];
  rows: Cell[][];
  all: Cell[][];
  caption?: string;
  rowHeader?: number;
  sorting?: Sorting | null;
  onSort?: (column: number) => void;
}

function HeadCell({ cell, align, column, sorting, onSort }: { cell: Cell; align: Align; column: number } & Pick<GridProps, "sorting" | "onSort">) {
  const mine = sorting?.column === column ? sorting : null;
  const words = <CellView cell={cell} />;
  return (
    <th scope="col" class={cellText(cell).length > 24 ? `to-${align} wraps` : `to-${align}`} aria-sort={mine ? (mine.down ? "descending" : "ascending") : undefined}>
      {onSort ? (
        <button type="button" class="sort" onClick={() => onSort(column)} title={T.sortBy(cellText(cell))}>
          {words}
          <span class={mine ? "sort-mark on" : "sort-mark"} aria-hidden="true">{mine?.down ? "▾" : "▴"}</span>
        </button>
      ) : words}
    </th>
  );
}

function Grid({ block, head, rows, all, caption, rowHeader, sorting, onSort }: GridProps) {
  const aligns = head.map((_, column) => alignment(block, all, column));
  const shape = (column: number) => `to-${aligns[column] ?? "left"}${block.column_settings?.[column]?.is_wrapped ? " wraps" : ""}`;
  return (
    <div class="grid-scroll" tabIndex={0} role="region" aria-label={caption || T.table}>
      <table class="grid">
        {caption && <caption class="unseen">{caption}</caption>}
        <thead>
          <tr>{head.map((cell, i) => <HeadCell key={i} cell={cell} align={aligns[i] ?? "left"} column={i} sorting={sorting} onSort={onSort} />)}</tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              {row.map((cell, i) =>
                i === rowHeader ? <th key={i} scope="row" class={shape(i)}><CellView cell={cell} /></th>
                  : <td key={i} class={shape(i)}><CellView cell={cell} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Table({ block }: { block: Block }) {
  const [head = [], ...rows]: Cell[][] = block.rows ?? [];
  return <Grid block={block} head={head} rows={rows} all={rows} />;
}

const sortKey = (cell: Cell): number | string =>
  typeof cell?.value === "number" ? cell.value : cellText(cell).toLocaleLowerCase("es");

function sorted(rows: Cell[][], sorting: Sorting | null): Cell[][] {
  if (!sorting) return rows;
  const { column, down } = sorting;
  const compare = (a: Cell[], b: Cell[]) => {
    const [x, y] = [sortKey(a[column]), sortKey(b[column])];
    const by = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "es", { numeric: true });
    return down ? -by : by;
  };
  return [...rows].sort(compare);
}

function Pager({ page, pages, say, go }: { page: number; pages: number; say: string; go: (page: number) => void }) {
  return (
    <div class="pager">
      <span aria-live="polite">{say}</span>
      <button type="button" class="button button-icon" disabled={page === 0} aria-label={T.previousPage} onClick={() => go(page - 1)}>
        <Icon name="left" />
      </button>
      <button type="button" class="button button-icon" disabled={page >= pages - 1} aria-label={T.nextPage} onClick={() => go(page + 1)}>
        <Icon name="right" />
      </button>
    </div>
  );
}

export function DataTable({ block }: { block: Block }) {
  const [page, setPage] = useState(0);
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [head = [], ...rows]: Cell[][] = block.rows ?? [];
  const size = Math.max(1, Number(block.page_size ?? 5));
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const at = Math.min(page, pages - 1);
  const shown = sorted(rows, sorting).slice(at * size, (at + 1) * size);
  const sort = (column: number) => {
    setSorting((now) => (now?.column !== column ? { column, down: true } : now.down ? { column, down: false } : null));
    setPage(0);
  };
  return (
    <div class="data-table">
      {block.caption && <div class="data-caption" aria-hidden="true">{String(block.caption)}</div>}
      <Grid block={block} head={head} rows={shown} all={rows} caption={String(block.caption ?? "")} rowHeader={block.row_header_column_index ?? 0}
        sorting={sorting} onSort={sort} />
      {pages > 1 && <Pager page={at} pages={pages} say={T.rowsShown(at * size + 1, at * size + shown.length, rows.length)} go={setPage} />}
    </div>
  );
}
