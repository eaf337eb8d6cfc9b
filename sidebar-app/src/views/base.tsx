import type { ComponentChildren } from "preact";
import type { BandName } from "../wire.ts";
import type { Words } from "../words.ts";

/** The few parts that every view is made of. */

export function Section(props: {
  readonly title: string;
  readonly id: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="section" aria-labelledby={`h-${props.id}`}>
      <h2 id={`h-${props.id}`}>{props.title}</h2>
      {props.children}
    </section>
  );
}

/** A section that is there when asked for: its heading opens it. */
export function Fold(props: {
  readonly title: string;
  readonly note?: string | undefined;
  readonly open?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <details class="section fold" open={props.open ?? false}>
      <summary>
        <h2>{props.title}</h2>
        {props.note === undefined ? null : <span class="note">{props.note}</span>}
      </summary>
      {props.children}
    </details>
  );
}

/** Colour, word and number together: none of them alone carries the meaning. */
export function Band({ band, w }: { readonly band: BandName; readonly w: Words }) {
  return <span class={`band band-${band}`}>{w.word("band", band)}</span>;
}

export function Button(props: {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly look?: "plain" | "primary" | "danger" | "link";
  readonly disabled?: boolean;
  readonly label?: string;
  readonly id?: string;
}) {
  return (
    <button
      type="button"
      id={props.id}
      class={`button ${props.look ?? "plain"}`}
      disabled={props.disabled ?? false}
      aria-label={props.label}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}

export function Time({
  at,
  w,
  exact = false,
}: {
  readonly at: string;
  readonly w: Words;
  readonly exact?: boolean;
}) {
  return (
    <time dateTime={at} title={w.moment(at)}>
      {exact ? w.moment(at) : w.ago(at)}
    </time>
  );
}

/** An address from outside, if it is one that a browser may open; text otherwise. */
export function OutLink({ href, children }: { readonly href: string; readonly children: ComponentChildren }) {
  return /^https?:\/\//i.test(href) ? (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}
