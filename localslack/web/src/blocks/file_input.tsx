// `file_input`: files go up as they are picked; the form keeps which they are.
import { useRef, useState } from "preact/hooks";
import { uploadTo } from "../acts";
import { FileMark, sizeOf, titleOfFile } from "../chrome/files";
import { Icon } from "../chrome/icons";
import { sayRefusal } from "../room";
import type { SharedFile } from "../shapes";
import { T } from "../text";
import { type Held, attributes } from "./choices";
import { Problem } from "./elements";
import { useSetting } from "./field";

const MOST = 10;

export function FileInput(held: Held) {
  const { element, value, choose } = held;
  const { host } = useSetting();
  const input = useRef<HTMLInputElement>(null);
  const [share, setShare] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const files = (value ?? []) as SharedFile[];
  const most = Number(element.max_files ?? MOST);
  const kinds = ((element.filetypes ?? []) as string[]).map((kind) => `.${kind}`).join(",");
  const take = async (given: File[]) => {
    if (!given.length || !host || !("view_id" in host)) return;
    setProblem(null);
    setShare(0);
    try {
      const sent = await uploadTo(host.view_id, given.slice(0, most - files.length), setShare);
      choose([...files, ...sent]);
    } catch (error) {
      setProblem(sayRefusal(error));
    }
    setShare(null);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    void take([...(event.dataTransfer?.files ?? [])]);
  };
  const { id, ...said } = attributes(held);
  return (
    <div class="file-input" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <ul class="file-list">
        {files.map((file) => (
          <li key={file.id} class="chip">
            <FileMark file={file} />
            <span class="person-words"><b>{titleOfFile(file)}</b><small>{sizeOf(file.size)}</small></span>
            <button type="button" class="ghost ghost-small" aria-label={T.removeFile(titleOfFile(file))} onClick={() => choose(files.filter((one) => one.id !== file.id))}><Icon name="close" size={16} /></button>
          </li>
        ))}
      </ul>
      <input {...said} type="file" hidden ref={input} multiple={most > 1} accept={kinds || undefined}
        onChange={(event) => { void take([...(event.currentTarget.files ?? [])]); event.currentTarget.value = ""; }} />
      {share !== null && <progress class="upload" value={share} max={1} aria-label={T.uploading} />}
      {files.length < most && (
        <button type="button" id={id} class="button" aria-invalid={held.invalid || undefined} aria-describedby={held.describedBy} disabled={share !== null}
          onClick={() => input.current?.click()}>
          <Icon name="clip" size={16} /> {T.addFiles(most)}
        </button>
      )}
      <Problem text={problem} />
    </div>
  );
}
