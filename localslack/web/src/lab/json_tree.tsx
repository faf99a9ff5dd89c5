// A payload as a tree that folds: keys in order, long texts cut until asked for.
import { useState } from "preact/hooks";
import type { Loose } from "../shapes";
import { L } from "../text_lab";

const LONG = 300;
const isBranch = (value: Loose) => value !== null && typeof value === "object" && Object.keys(value).length > 0;

function Leaf({ value }: { value: Loose }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") {
    const shown = value !== null && typeof value === "object" ? (Array.isArray(value) ? "[]" : "{}") : String(value);
    return <span class={`json-${value === null ? "null" : typeof value}`}>{shown}</span>;
  }
  const long = value.length > LONG && !whole;
  return (
    <span class="json-string">
      "{long ? value.slice(0, LONG) : value}"
      {long && <button type="button" class="json-more" onClick={() => setWhole(true)}>{L.more(value.length - LONG)}</button>}
    </span>
  );
}

const glance = (value: Loose) => (Array.isArray(value) ? `[${value.length}]` : `{${Object.keys(value).slice(0, 4).join(", ")}${Object.keys(value).length > 4 ? ", …" : ""}}`);

function JsonTree({ value, name, depth }: { value: Loose; name?: string; depth: number }) {
  const [open, setOpen] = useState(depth < 2);
  const label = name === undefined ? null : <span class="json-key">{name}: </span>;
  if (!isBranch(value)) return <div class="json-row">{label}<Leaf value={value} /></div>;
  return (
    <div class="json-branch">
      <button type="button" class="json-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <i aria-hidden="true">{open ? "▾" : "▸"}</i> {label}<span class="json-glance">{open ? (Array.isArray(value) ? `[${value.length}]` : "") : glance(value)}</span>
      </button>
      {open && <div class="json-inside">{Object.entries(value).map(([key, inner]) => <JsonTree key={key} name={key} value={inner} depth={depth + 1} />)}</div>}
    </div>
  );
}

/** A whole payload, its first level always open. */
export function JsonTop({ value }: { value: Loose }) {
  if (!isBranch(value)) return <JsonTree value={value} depth={0} />;
  return <>{Object.entries(value).map(([key, inner]) => <JsonTree key={key} name={key} value={inner} depth={1} />)}</>;
}
