// Draws the trees of mrkdwn, Markdown and rich text. Only elements and text nodes: nothing is ever set as HTML.
import type { ComponentChildren } from "preact";
import { openAppTab } from "./acts";
import type { Tab } from "./address";
import { emoji } from "./emoji";
import { type Inline, type Part, inline, mrkdwn, plain } from "./mrkdwn";
import { shown, useNames } from "./names";
import { current, openChannel } from "./room";
import type { TextObject } from "./shapes";
import { dateToken, full } from "./when";

export function Person({ id }: { id: string }) {
  const names = useNames();
  const user = names.user(id);
  return <span class={id === names.me ? "mention mention-me" : "mention"}>@{user ? shown(user) : id}</span>;
}

export function Place({ id, label }: { id: string; label?: string }) {
  const channel = useNames().channel(id);
  if (!channel) return <span class="mention">#{label || id}</span>;
  return (
    <button type="button" class="mention mention-link" onClick={() => openChannel(channel.id)}>
      #{channel.name}
    </button>
  );
}

export function Away({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** A link into this Slack: to a tab of its app. Another app is not here, and so its link is text. */
function Within({ app, tab, children }: { app: string; tab: Tab; children: ComponentChildren }) {
  if (app !== current().state?.bot.app_id) return <>{children}</>;
  return <button type="button" class="within" onClick={() => void openAppTab(tab)}>{children}</button>;
}

export function Emoji({ name }: { name: string }) {
  const drawn = emoji(name);
  if (drawn.startsWith(":")) return <>{drawn}</>;
  return (
    <span class="emoji" role="img" aria-label={name} title={`:${name}:`}>
      {drawn}
    </span>
  );
}

function Node({ node }: { node: Inline }) {
  switch (node.t) {
    case "text":
      return <>{node.s}</>;
    case "b":
      return <b><Run nodes={node.c} /></b>;
    case "i":
      return <i><Run nodes={node.c} /></i>;
    case "s":
      return <s><Run nodes={node.c} /></s>;
    case "code":
      return <code class="code">{node.s}</code>;
    case "link":
      return <Away href={node.href}><Run nodes={node.c} /></Away>;
    case "app":
      return <Within app={node.app} tab={node.tab}><Run nodes={node.c} /></Within>;
    case "user":
      return <Person id={node.id} />;
    case "channel":
      return <Place id={node.id} label={node.label} />;
    case "broadcast":
      return <span class="mention mention-me">@{node.name}</span>;
    case "date":
      return <time title={full(node.ts)}>{dateToken(node.ts, node.pattern, node.fallback)}</time>;
    case "emoji":
      return <Emoji name={node.name} />;
  }
}

export function Run({ nodes }: { nodes: Inline[] }) {
  return <>{nodes.map((node, i) => <Node key={i} node={node} />)}</>;
}

function PartView({ part }: { part: Part }) {
  if (part.t === "pre") return <pre class="pre">{part.s}</pre>;
  if (part.t === "quote") return <blockquote class="quote"><Run nodes={part.c} /></blockquote>;
  return <div class="para"><Run nodes={part.c} /></div>;
}

/** A message's text or a section's: paragraphs, quotations, preformatted runs. */
export function Mrkdwn({ text, links = true }: { text: string; links?: boolean }) {
  return <>{mrkdwn(text, links).map((part, i) => <PartView key={i} part={part} />)}</>;
}

const asText = (text: TextObject | string | undefined): TextObject | null => {
  if (typeof text === "string") return { type: "plain_text", text };
  return text && typeof text.text === "string" ? text : null;
};

/** A text object as a block of its own. */
export function TextBlock({ text }: { text: TextObject | string | undefined }) {
  const said = asText(text);
  if (!said) return null;
  if (said.type === "mrkdwn") return <Mrkdwn text={said.text} links={said.verbatim !== true} />;
  return <div class="para"><Run nodes={plain(said.text, said.emoji !== false)} /></div>;
}

/** A text object inside a line: a button's words, a label, an option. */
export function TextLine({ text }: { text: TextObject | string | undefined }) {
  const said = asText(text);
  if (!said) return null;
  const nodes = said.type === "mrkdwn" ? inline(said.text, said.verbatim !== true) : plain(said.text, said.emoji !== false);
  return <Run nodes={nodes} />;
}

/** The bare words of a text object, for attributes. */
export const words = (text: TextObject | string | undefined) => asText(text)?.text ?? "";
