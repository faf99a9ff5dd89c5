// Files on their way into a message: picked, dropped or pasted, shown as chips, sent with their progress.
import type { RefObject } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { T } from "../text";
import { FileMark, sizeOf } from "./files";
import { Icon } from "./icons";

const MOST_FILES = 10;
const kept = new Map<string, File[]>();

export interface Attachments {
  files: File[];
  /** How much has gone, from 0 to 1; null when nothing is on its way. */
  progress: number | null;
  add: (files: Iterable<File>) => void;
  remove: (file: File) => void;
  clear: () => void;
  setProgress: (share: number | null) => void;
}

/** The files waiting beside one composer's draft; they stay when one looks elsewhere, as the words do. */
export function useAttachments(key: string): Attachments {
  const [files, setFiles] = useState<File[]>(kept.get(key) ?? []);
  const [progress, setProgress] = useState<number | null>(null);
  useEffect(() => setFiles(kept.get(key) ?? []), [key]);
  const keep = (next: File[]) => {
    kept.set(key, next);
    setFiles(next);
  };
  return {
    files,
    progress,
    setProgress,
    add: (given) => keep([...(kept.get(key) ?? []), ...given].slice(0, MOST_FILES)),
    remove: (file) => keep((kept.get(key) ?? []).filter((one) => one !== file)),
    clear: () => keep([]),
  };
}

/** Files dropped anywhere over the pane a composer stands in; says whether some hang over it now. */
export function useDrop(inside: RefObject<HTMLElement | null>, add: (files: Iterable<File>) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const pane = inside.current?.closest<HTMLElement>(".pane, .thread");
    if (!pane) return undefined;
    const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const hover = (event: DragEvent) => {
      if (!carries(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => !pane.contains(event.relatedTarget as Node | null) && setOver(false);
    const drop = (event: DragEvent) => {
      if (!carries(event)) return;
      event.preventDefault();
      setOver(false);
      add(event.dataTransfer?.files ?? []);
    };
    pane.addEventListener("dragover", hover);
    pane.addEventListener("dragleave", leave);
    pane.addEventListener("drop", drop);
    return () => {
      pane.removeEventListener("dragover", hover);
      pane.removeEventListener("dragleave", leave);
      pane.removeEventListener("drop", drop);
    };
  });
  return over;
}

function Chip({ file, remove, shut }: { file: File; remove: () => void; shut: boolean }) {
  const picture = useMemo(() => (file.type.startsWith("image/") ? URL.createObjectURL(file) : null), [file]);
  useEffect(() => () => void (picture && URL.revokeObjectURL(picture)), [picture]);
  return (
    <li class="chip">
      {picture ? <img class="chip-picture" src={picture} alt="" /> : <FileMark file={{ id: "", name: file.name }} />}
      <span class="person-words"><b>{file.name}</b><small>{sizeOf(file.size)}</small></span>
      <button type="button" class="ghost ghost-small" aria-label={T.removeFile(file.name)} title={T.removeFile(file.name)} disabled={shut} onClick={remove}><Icon name="close" size={16} /></button>
    </li>
  );
}

export function Chips({ attachments }: { attachments: Attachments }) {
  const { files, progress, remove } = attachments;
  if (!files.length) return null;
  return (
    <>
      <ul class="chips" aria-label={T.filesToSend}>
        {files.map((file, i) => <Chip key={`${file.name}${i}`} file={file} remove={() => remove(file)} shut={progress !== null} />)}
      </ul>
      {progress !== null && <progress class="upload" value={progress} max={1} aria-label={T.uploading} />}
    </>
  );
}
