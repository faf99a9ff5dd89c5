// An image, if it lives on this machine; the page asks nothing of other hosts and says so instead.
import { Icon } from "../chrome/icons";
import { T } from "../text";

function ownAddress(src: unknown): string | null {
  if (typeof src !== "string") return null;
  if (/^data:image\/(?:png|jpeg|gif|webp);/i.test(src)) return src;
  try {
    const url = new URL(src, window.location.href);
    return url.origin === window.location.origin ? url.href : null;
  } catch {
    return null;
  }
}

export function Picture({ src, alt, small = false }: { src: unknown; alt?: string; small?: boolean }) {
  const own = ownAddress(src);
  const shape = small ? "picture picture-small" : "picture";
  if (own) return <img class={shape} src={own} alt={alt ?? ""} loading="lazy" />;
  return (
    <span class={`${shape} picture-away`} role="img" aria-label={alt || T.externalImage} title={alt || T.externalImage}>
      <Icon name="image" />
      {!small && <span>{alt || T.externalImage}</span>}
    </span>
  );
}
