// Draws the `markdown` block's tree.
import { type Piece, markdown } from "../markdown";
import { Run } from "../rich";

function PieceView({ piece }: { piece: Piece }) {
  switch (piece.t) {
    case "heading":
      return <div class={`md-heading md-h${Math.min(piece.level, 3)}`} role="heading" aria-level={piece.level + 2}><Run nodes={piece.c} /></div>;
    case "pre":
      return <pre class="pre">{piece.s}</pre>;
    case "quote":
      return <blockquote class="quote"><Run nodes={piece.c} /></blockquote>;
    case "rule":
      return <hr class="rule" />;
    case "list":
      return (
        <ul class="md-list">
          {piece.items.map((item, i) => (
            <li key={i} style={{ marginInlineStart: `${Math.min(item.depth, 6) * 22}px` }}>
              <span class="md-marker">{item.marker}</span>
              <span><Run nodes={item.c} /></span>
            </li>
          ))}
        </ul>
      );
    case "grid":
      return (
        <div class="grid-scroll" tabIndex={0} role="region">
          <table class="grid">
            <thead><tr>{piece.head.map((cell, i) => <th key={i} scope="col" class={`to-${piece.align[i] ?? "left"}`}><Run nodes={cell} /></th>)}</tr></thead>
            <tbody>
              {piece.rows.map((row, r) => (
                <tr key={r}>{row.map((cell, i) => <td key={i} class={`to-${piece.align[i] ?? "left"}`}><Run nodes={cell} /></td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    default:
      return <div class="para"><Run nodes={piece.c} /></div>;
  }
}

export function Markdown({ text }: { text: string }) {
  return <div class="md">{markdown(text).map((piece, i) => <PieceView key={i} piece={piece} />)}</div>;
}
