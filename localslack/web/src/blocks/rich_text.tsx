// The rich_text block and its cells in tables. Text is text: only the given styles and kinds count.
import { Away, Emoji, Person, Place } from "../rich";
import { safeHref } from "../mrkdwn";
import type { Loose } from "../shapes";
import { dateToken } from "../when";

function Styled({ text, style }: { text: string; style: Loose }) {
  let out = <>{text}</>;
  if (style?.code) out = <code class="code">{out}</code>;
  if (style?.bold) out = <b>{out}</b>;
  if (style?.italic) out = <i>{out}</i>;
  if (style?.strike) out = <s>{out}</s>;
  if (style?.underline) out = <u>{out}</u>;
  return out;
}

function Leaf({ node }: { node: Loose }) {
  switch (node?.type) {
    case "text":
      return <Styled text={String(node.text ?? "")} style={node.style} />;
    case "link": {
      const href = safeHref(String(node.url ?? ""));
      const label = <Styled text={String(node.text || node.url || "")} style={node.style} />;
      return href ? <Away href={href}>{label}</Away> : label;
    }
    case "user":
      return <Person id={String(node.user_id)} />;
    case "channel":
      return <Place id={String(node.channel_id)} />;
    case "usergroup":
    case "broadcast":
      return <span class="mention mention-me">@{String(node.range ?? node.usergroup_id)}</span>;
    case "emoji":
      return <Emoji name={String(node.name)} />;
    case "date":
      return <time>{dateToken(String(node.timestamp), String(node.format ?? "{date}"), String(node.fallback ?? ""))}</time>;
    case "color":
      return <code class="code">{String(node.value)}</code>;
    default:
      return null;
  }
}

const Leaves = ({ nodes }: { nodes: Loose }) => <>{(nodes ?? []).map((node: Loose, i: number) => <Leaf key={i} node={node} />)}</>;

function Piece({ piece }: { piece: Loose }) {
  const indent = Math.min(Number(piece?.indent ?? 0), 8);
  switch (piece?.type) {
    case "rich_text_section":
      return <div class="para"><Leaves nodes={piece.elements} /></div>;
    case "rich_text_quote":
      return <blockquote class="quote"><Leaves nodes={piece.elements} /></blockquote>;
    case "rich_text_preformatted":
      return <pre class="pre"><Leaves nodes={piece.elements} /></pre>;
    case "rich_text_list": {
      const items = (piece.elements ?? []).map((item: Loose, i: number) => <li key={i}><Leaves nodes={item.elements} /></li>);
      const props = { class: "rt-list", style: { marginInlineStart: `${indent * 24}px` } };
      return piece.style === "ordered" ? <ol {...props} start={1 + Number(piece.offset ?? 0)}>{items}</ol> : <ul {...props}>{items}</ul>;
    }
    default:
      return null;
  }
}

export function RichText({ block }: { block: Loose }) {
  return <>{(block?.elements ?? []).map((piece: Loose, i: number) => <Piece key={i} piece={piece} />)}</>;
}

/** The bare words of a rich text, for sorting and for names. */
export function richWords(node: Loose): string {
  if (Array.isArray(node)) return node.map(richWords).join("");
  return node?.text ?? (node?.elements ? richWords(node.elements) : "");
}
