// The whole page: it reads the room and lays its parts out.
import { useEffect, useMemo, useState } from "preact/hooks";
import { NamesContext, namesKey, namesOf } from "../names";
import { type Room, current, findChannel, isAppDm, retry, watch } from "../room";
import type { State } from "../shapes";
import { T } from "../text";
import { ChannelPane } from "./channel";
import { Jump } from "./jump";
import { Modal } from "./modal";
import { Chooser } from "./people";
import { Sidebar } from "./sidebar";
import { ThreadPane } from "./thread";
import { Topbar } from "./topbar";

function useRoom(): Room {
  const [room, setRoom] = useState(current());
  useEffect(() => {
    setRoom(current());
    return watch(setRoom);
  }, []);
  return room;
}

/** How many conversations wait, in the tab's title. */
function useTitle(state: State | null): void {
  const waiting = state ? [...state.channels.filter((one) => one.mentions), ...state.dms.filter((one) => one.unread)].length : 0;
  const team = state?.team.name;
  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ""}${team ? `${team} · ` : ""}${T.product}`;
  }, [waiting, team]);
}

function Workspace({ room, state }: { room: Room; state: State }) {
  const [drawer, setDrawer] = useState(false);
  const [jump, setJump] = useState<"all" | "people" | null>(null);
  const names = useMemo(() => namesOf(state), [namesKey(state)]);
  const channel = findChannel(room.place.channel);
  const thread = channel && !isAppDm(channel) && room.place.tab === "messages" ? room.place.thread : null;
  const view = state.views.at(-1);
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      setJump("all");
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, []);
  return (
    <NamesContext.Provider value={names}>
      <div class={thread ? "app with-thread" : "app"}>
        <Topbar state={state} onMenu={() => setDrawer(true)} onJump={() => setJump("all")} />
        {room.lost && (
          <div class="lost" role="alert">
            <span class="spinner" aria-hidden="true" /> {T.lineLost} <button type="button" onClick={retry}>{T.retryNow}</button>
          </div>
        )}
        <div class="frame">
          <Sidebar state={state} active={room.place.channel} open={drawer} onClose={() => setDrawer(false)} onNew={() => setJump("people")} />
          {channel && <ChannelPane key={`${state.me?.id}/${channel.id}`} room={room} state={state} channel={channel} />}
          {channel && thread && <ThreadPane state={state} channel={channel} thread={thread} messages={room.messages[channel.id]} />}
        </div>
        {view && <Modal key={view.id} view={view} />}
        {jump && <Jump state={state} onlyPeople={jump === "people"} done={() => setJump(null)} />}
      </div>
    </NamesContext.Provider>
  );
}

function Waiting({ failed }: { failed: boolean }) {
  return (
    <main class="chooser">
      <div class="waiting" role="status">
        {failed ? <p>{T.loadFailed}</p> : <p><span class="spinner" aria-hidden="true" /> {T.loading}</p>}
        {failed && <button type="button" class="button button-primary" onClick={retry}>{T.retryNow}</button>}
      </div>
    </main>
  );
}

export function App() {
  const room = useRoom();
  useTitle(room.state);
  return (
    <>
      {room.phase === "ready" && room.state && <Workspace key={room.state.me?.id} room={room} state={room.state} />}
      {room.phase === "choosing" && <Chooser people={room.people} />}
      {(room.phase === "loading" || room.phase === "failed") && <Waiting failed={room.phase === "failed"} />}
      <div class="toasts" role="status" aria-live="polite">{room.toast && <div class="toast" key={room.toast.n}>{room.toast.text}</div>}</div>
    </>
  );
}
