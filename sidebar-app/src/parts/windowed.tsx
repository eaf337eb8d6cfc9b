import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/**
 * A long list of which only the part in sight exists: rows of one height, of which at most one is open and as high
 * as its contents. 10,000 rows cost as much as 30.
 */
export interface WindowedProps<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly row: (item: Item, open: boolean, toggle: () => void) => ComponentChildren;
  readonly label: string;
  /** The last rows came into sight. */
  readonly onEnd: () => void;
}

/** As the style sheet has it. */
export const ROW = 44;
const BEYOND = 6;
const SIGHT = 380;

export function Windowed<Item>({ items, keyOf, row, label, onEnd }: WindowedProps<Item>) {
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  const [extra, setExtra] = useState(0);
  const opened = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    if (opened.current !== null) setExtra(opened.current.offsetHeight - ROW);
  });

  const openAt = open === null ? -1 : items.findIndex((item) => keyOf(item) === open);
  const extraBefore = (index: number) => (openAt !== -1 && openAt < index ? extra : 0);
  const first = Math.max(0, Math.floor((top - extraBefore(Math.floor(top / ROW))) / ROW) - BEYOND);
  const last = Math.min(items.length, first + Math.ceil((SIGHT + extra) / ROW) + 2 * BEYOND);
  const before = first * ROW + extraBefore(first);
  const whole = items.length * ROW + (openAt === -1 ? 0 : extra);
  const shown = (last - first) * ROW + (openAt >= first && openAt < last ? extra : 0);

  const scrolled = (event: Event) => {
    const box = event.currentTarget as HTMLElement;
    setTop(box.scrollTop);
    if (box.scrollHeight - box.scrollTop - box.clientHeight < 10 * ROW) onEnd();
  };
  return (
    <div class="windowed" onScroll={scrolled}>
      <ul
        aria-label={label}
        style={{ paddingTop: `${before}px`, paddingBottom: `${Math.max(0, whole - before - shown)}px` }}
      >
        {items.slice(first, last).map((item, i) => {
          const key = keyOf(item);
          const isOpen = key === open;
          return (
            <li
              key={key}
              ref={isOpen ? opened : null}
              aria-setsize={items.length}
              aria-posinset={first + i + 1}
              class={isOpen ? "open" : ""}
            >
              {row(item, isOpen, () => setOpen(isOpen ? null : key))}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
