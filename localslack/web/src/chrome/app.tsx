// The whole page: it reads the room and lays its parts out.
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { Inspector } from "../lab/inspector";
import { NamesContext, namesKey, namesOf } from "../names";
import { type Room, allChannels, current, findChannel, isAppDm, openChannel, retry, setLogging, watch } from "../room";
import type { State } from "../shapes";
import { T } from "../text";
import { ChannelPane } from "./channel";
import { Keys } from "./keys";
import { Jump } from "./jump";
import { Modal } from "./modal";
import { Chooser } from "./people";
import { Sidebar } from "./sidebar";
import { ThreadPane } from "./thread";
import { ThreadsPane } from "./threads";
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

type Opened = "jump" | "people" | "switch" | "keys" | null;

/** The next channel up or down the sidebar. */
function step(by: number): void {
  const state = current().state;
  if (!state) return;
  const open = allChannels(state).filter((channel) => channel.is_member);
  const at = open.findIndex((channel) => channel.id === current().place.channel);
  const next = open[(at + by + open.length) % open.length];
  if (next) openChannel(next.id);
}

/** The keys that work everywhere. */
function useKeys(show: (opened: Opened) => void): void {
  // Before the page is seen: the first key already counts.
  useLayoutEffect(() => {
    const key = (event: KeyboardEvent) => {
      const control = event.ctrlKey || event.metaKey;
      const does: Record<string, (() => void) | false> = {
        KeyK: control && !event.shiftKey && (() => show("jump")),
        Slash: control && (() => show("keys")),
        KeyI: event.altKey && (() => setLogging(!current().logging)),
        KeyU: event.altKey && (() => show("switch")),
        ArrowUp: event.altKey && (() => step(-1)),
        ArrowDown: event.altKey && (() => step(1)),
      };
      // "/" stands on another key of a Spanish keyboard.
      const act = does[event.key === "/" ? "Slash" : event.code];
      if (!act || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, []);
}

function Panes({ room, state }: { room: Room; state: State }) {
  const channel = findChannel(room.place.channel);
  if (room.place.tab === "threads") return <ThreadsPane state={state} />;
  if (!channel) return null;
  const thread = threadShown(room);
  return (
    <>
      <ChannelPane key={`${state.me?.id}/${channel.id}`} room={room} state={state} channel={channel} />
      {thread && <ThreadPane state={state} channel={channel} thread={thread} messages={room.messages[channel.id]} sought={room.sought} />}
    </>
  );
}

const threadShown = (room: Room) => {
  const channel = findChannel(room.place.channel);
  return channel && !isAppDm(channel) && room.place.tab === "messages" ? room.place.thread : null;
};

function Workspace({ room, state }: { room: Room; state: State }) {
  const [drawer, setDrawer] = useState(false);
  const [opened, show] = useState<Opened>(null);
  const names = useMemo(() => namesOf(state), [namesKey(state)]);
  const view = state.views.at(-1);
  useKeys(show);
  const shape = ["app", threadShown(room) && "with-thread", room.logging && "with-lab"].filter(Boolean).join(" ");
  return (
    <NamesContext.Provider value={names}>
      <div class={shape}>
        <Topbar state={state} onMenu={() => setDrawer(true)} onJump={() => show("jump")} inspector={room.logging} onInspector={() => setLogging(!room.logging)}
          switching={opened === "switch"} onSwitch={(open) => show(open ? "switch" : null)} />
        {room.lost && (
          <div class="lost" role="alert">
            <span class="spinner" aria-hidden="true" /> {T.lineLost} <button type="button" onClick={retry}>{T.retryNow}</button>
          </div>
        )}
        <div class="frame">
          <Sidebar state={state} place={room.place} open={drawer} onClose={() => setDrawer(false)} onNew={() => show("people")} onKeys={() => show("keys")} />
          <Panes room={room} state={state} />
          {room.logging && <Inspector state={state} />}
        </div>
        {view && <Modal key={view.id} view={view} depth={state.views.length} />}
        {(opened === "jump" || opened === "people") && <Jump state={state} onlyPeople={opened === "people"} done={() => show(null)} />}
        {opened === "keys" && <Keys done={() => show(null)} />}
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
