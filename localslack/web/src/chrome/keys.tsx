// The keys that work here, in a window of their own (Ctrl+/).
import { T } from "../text";
import { Dialog } from "./dialog";

export function Keys({ done }: { done: () => void }) {
  return (
    <Dialog title={T.keys} onClose={done}>
      <table class="keys">
        <tbody>
          {T.keyList.map(([keys, what]) => (
            <tr key={keys}>
              <td>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</td>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
