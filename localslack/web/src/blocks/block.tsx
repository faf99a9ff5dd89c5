// One block, by its type. Each kind is drawn in its own file; this one only chooses.
import { Icon } from "../chrome/icons";
import { TextBlock, TextLine, words } from "../rich";
import type { Block, Element, Loose } from "../shapes";
import { Chart } from "./chart";
import { ElementView } from "./elements";
import { Input } from "./input";
import { Markdown } from "./markdown_view";
import { Picture } from "./picture";
import { Plan, TaskCard } from "./plan";
import { RichText } from "./rich_text";
import { DataTable, Table } from "./table";
import { Careful, Unknown } from "./unknown";

function Section({ block }: { block: Block }) {
  const accessory: Element | undefined = block.accessory;
  return (
    <div class={accessory ? "section section-with" : "section"}>
      <div class="section-words">
        <TextBlock text={block.text} />
        {block.fields?.length > 0 && (
          <div class="fields">
            {block.fields.map((field: Loose, i: number) => <div key={i} class="field-cell"><TextBlock text={field} /></div>)}
          </div>
        )}
      </div>
      {accessory && (
        <div class={`accessory accessory-${accessory.type}`}>
          <ElementView element={accessory} block_id={block.block_id} labelled={words(block.text)} />
        </div>
      )}
    </div>
  );
}

function Context({ block }: { block: Block }) {
  return (
    <div class="context">
      {(block.elements ?? []).map((element: Loose, i: number) =>
        element?.type === "image" ? <Picture key={i} src={element.image_url} alt={element.alt_text} small />
          : <span key={i} class="context-words"><TextLine text={element} /></span>)}
    </div>
  );
}

function Actions({ block }: { block: Block }) {
  return (
    <div class={block.type === "context_actions" ? "actions actions-quiet" : "actions"}>
      {(block.elements ?? []).map((element: Element, i: number) => (
        <ElementView key={element?.action_id ?? i} element={element} block_id={block.block_id} />
      ))}
    </div>
  );
}

const LEVELS: Record<string, "info" | "warning" | "check"> = { warning: "warning", error: "warning", success: "check" };

function Alert({ block }: { block: Block }) {
  const level = String(block.level ?? "default");
  return (
    <div class={`alert alert-${level}`} role={level === "error" ? "alert" : "note"}>
      <Icon name={LEVELS[level] ?? "info"} />
      <div><TextBlock text={block.text} /></div>
    </div>
  );
}

function ImageBlock({ block }: { block: Block }) {
  return (
    <figure class="image-block">
      {block.title && <figcaption><TextLine text={block.title} /></figcaption>}
      <Picture src={block.image_url ?? block.slack_file?.url} alt={block.alt_text} />
    </figure>
  );
}

function Card({ block }: { block: Block }) {
  return (
    <div class="card">
      {block.hero_image && <Picture src={block.hero_image.image_url} alt={block.hero_image.alt_text} />}
      <div class="card-title"><TextLine text={block.title} /></div>
      {block.subtitle && <div class="card-subtitle"><TextLine text={block.subtitle} /></div>}
      <TextBlock text={block.body} />
      {block.actions?.length > 0 && <Actions block={{ type: "actions", block_id: block.block_id, elements: block.actions }} />}
    </div>
  );
}

function Chosen({ block }: { block: Block }) {
  switch (block.type) {
    case "section":
      return <Section block={block} />;
    case "header":
      return <div class="header-block" role="heading" aria-level={3}><TextLine text={block.text} /></div>;
    case "divider":
      return <hr class="rule" />;
    case "context":
      return <Context block={block} />;
    case "actions":
    case "context_actions":
      return <Actions block={block} />;
    case "table":
      return <Table block={block} />;
    case "data_table":
      return <DataTable block={block} />;
    case "data_visualization":
      return <Chart block={block} />;
    case "markdown":
      return <Markdown text={String(block.text ?? "")} />;
    case "rich_text":
      return <RichText block={block} />;
    case "image":
      return <ImageBlock block={block} />;
    case "alert":
      return <Alert block={block} />;
    case "input":
      return <Input block={block} />;
    case "task_card":
      return <TaskCard task={block} />;
    case "plan":
      return <Plan block={block} />;
    case "card":
      return <Card block={block} />;
    case "carousel":
      return <div class="carousel">{(block.elements ?? []).map((card: Block, i: number) => <Card key={i} block={card} />)}</div>;
    case "container":
      return <div class="container"><BlockList blocks={block.child_blocks ?? block.blocks ?? block.elements ?? []} /></div>;
    default:
      return <Unknown type={block.type} />;
  }
}

export function BlockList({ blocks }: { blocks: (Block | null)[] }) {
  return (
    <div class="blocks">
      {blocks.map((block, i) => block && (
        <Careful key={`${block.block_id ?? ""}${i}`}>
          <div class="block" data-block={block.type}><Chosen block={block} /></div>
        </Careful>
      ))}
    </div>
  );
}
