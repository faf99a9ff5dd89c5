// The files of a message: a card for a document, the picture itself for a picture, a stone for one that was deleted.
import { useState } from "preact/hooks";
import { useNames } from "../names";
import { fileAddress } from "../server";
import type { SharedFile } from "../shapes";
import { T } from "../text";
import { Dialog } from "./dialog";
import { Icon } from "./icons";

const KINDS: [RegExp, string][] = [
  [/^(xlsx?|csv|ods|gsheet)$/, "sheet"],
  [/^pdf$/, "pdf"],
  [/^(docx?|odt|txt|text|markdown|md)$/, "text"],
  [/^(pptx?|odp)$/, "slides"],
  [/^(zip|gz|7z|rar)$/, "zip"],
  [/^(png|jpe?g|gif|webp|svg|bmp)$/, "image"],
];

const ending = (file: SharedFile) => (file.filetype || /\.(\w{1,5})$/.exec(file.name ?? "")?.[1] || "").toLowerCase();
const kindOf = (file: SharedFile) => KINDS.find(([pattern]) => pattern.test(ending(file)))?.[1] ?? "other";
const isPicture = (file: SharedFile) => file.is_image ?? !!file.mimetype?.startsWith("image/");
export const titleOfFile = (file: SharedFile) => file.title || file.name || file.id;

export function sizeOf(bytes: number | undefined): string {
  if (bytes === undefined) return "";
  if (bytes < 1e3) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The coloured square with the kind of document in it. */
export function FileMark({ file }: { file: SharedFile }) {
  return (
    <span class={`file-mark file-${kindOf(file)}`} aria-hidden="true">
      {ending(file) ? <b>{ending(file).slice(0, 4).toUpperCase()}</b> : <Icon name="file" size={22} />}
    </span>
  );
}

function Download({ file, href, class: name = "ghost" }: { file: SharedFile; href: string; class?: string }) {
  const label = T.downloadFile(titleOfFile(file));
  return <a class={name} href={href} download={file.name || titleOfFile(file)} title={label} aria-label={label}><Icon name="download" /></a>;
}

function Document({ file, href }: { file: SharedFile; href: string }) {
  return (
    <div class="file" data-file={file.id}>
      <FileMark file={file} />
      <span class="person-words">
        <b title={titleOfFile(file)}>{titleOfFile(file)}</b>
        <small>{[T.fileKinds[kindOf(file)] ?? ending(file).toUpperCase(), sizeOf(file.size)].filter(Boolean).join(" · ")}</small>
      </span>
      <Download file={file} href={href} />
    </div>
  );
}

function Lightbox({ file, href, done }: { file: SharedFile; href: string; done: () => void }) {
  return (
    <Dialog title={titleOfFile(file)} onClose={done} wide actions={<Download file={file} href={href} />}>
      <img class="lightbox" src={href} alt={titleOfFile(file)} />
    </Dialog>
  );
}

function Photo({ file, href }: { file: SharedFile; href: string }) {
  const [open, setOpen] = useState(false);
  return (
    <figure class="photo" data-file={file.id}>
      <figcaption>{titleOfFile(file)} <small>{sizeOf(file.size)}</small></figcaption>
      <span class="photo-frame">
        <button type="button" class="photo-open" aria-label={T.enlarge(titleOfFile(file))} onClick={() => setOpen(true)}>
          <img src={href} alt={titleOfFile(file)} loading="lazy" />
        </button>
        <Download file={file} href={href} class="ghost photo-download" />
      </span>
      {open && <Lightbox file={file} href={href} done={() => setOpen(false)} />}
    </figure>
  );
}

function FileView({ file }: { file: SharedFile }) {
  const me = useNames().me;
  const href = fileAddress(file.id, me);
  if (file.mode === "tombstone" || file.deleted) {
    return <div class="file file-gone"><Icon name="trash" /> <span>{T.fileGone}</span></div>;
  }
  return isPicture(file) ? <Photo file={file} href={href} /> : <Document file={file} href={href} />;
}

export function Files({ files }: { files: SharedFile[] }) {
  return <div class="files">{files.map((file) => <FileView key={file.id} file={file} />)}</div>;
}
