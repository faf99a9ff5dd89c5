// The app's Home tab, as it published it for this person.
import { click } from "../acts";
import { BlockList } from "../blocks/block";
import { SettingContext } from "../blocks/field";
import type { State } from "../shapes";
import { T } from "../text";
import { Icon } from "./icons";

export function Home({ state, name }: { state: State; name: string }) {
  const home = state.home;
  if (!home) {
    return (
      <div class="home home-empty">
        <span class="start-mark"><Icon name="home" size={34} /></span>
        <h2>{T.homeEmpty(name)}</h2>
        <p>{T.homeEmptyHint}</p>
      </div>
    );
  }
  const host = { view_id: home.id };
  const act = (element: { action_id?: string }, block_id: string | undefined, value?: unknown) => click(host, element.action_id ?? "", block_id, value);
  return (
    <div class="home" tabIndex={0} role="region" aria-label={T.homeTab}>
      <SettingContext.Provider value={{ host, form: null, state: home.state?.values, act }}>
        <div class="home-inside"><BlockList key={home.hash} blocks={home.blocks} /></div>
      </SettingContext.Provider>
    </div>
  );
}
