// The list over the composer of what the typed word may become.
import { botName, shown } from "../names";
import { current } from "../room";
import { T } from "../text";
import { Avatar } from "./avatar";
import type { Offer } from "./complete";
import { Icon } from "./icons";

function OfferView({ offer }: { offer: Offer }) {
  if (offer.kind === "person") {
    return (
      <>
        <Avatar user={offer.user} size={22} />
        <b>{shown(offer.user)}</b>
        {offer.user.is_bot ? <span class="badge">{T.app}</span> : <small>{offer.user.title || `@${offer.user.name}`}</small>}
      </>
    );
  }
  if (offer.kind === "channel") return <><Icon name={offer.channel.is_private ? "lock" : "hash"} size={16} /><b>{offer.channel.name}</b></>;
  const state = current().state;
  return (
    <>
      <Avatar user={state?.users.find((user) => user.id === state.bot.user_id)} size={28} />
      <span class="offer-words">
        <span><b>{offer.command.command}</b> <code>{offer.command.usage_hint}</code></span>
        <small>{offer.command.description}</small>
      </span>
      {state && <small class="note">{botName(state)}</small>}
    </>
  );
}

export function Offers({ id, offers, chosen, hover, take }: {
  id: string;
  offers: Offer[];
  chosen: Offer | undefined;
  hover: (index: number) => void;
  take: (offer: Offer) => void;
}) {
  if (!offers.length) return null;
  return (
    <ul class="offers" role="listbox" id={id} aria-label={chosen?.kind === "command" ? T.commands : T.people}>
      {offers.map((offer, i) => (
        <li key={offer.insert} id={`${id}-${i}`} role="option" aria-selected={offer === chosen}
          onPointerMove={() => hover(i)} onPointerDown={(event) => { event.preventDefault(); take(offer); }}>
          <OfferView offer={offer} />
        </li>
      ))}
    </ul>
  );
}
