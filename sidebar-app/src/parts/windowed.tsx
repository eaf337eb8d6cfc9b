import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/**
 * A long list of which only the part in sight exists: rows of one height, of which at most one is open and as high
 * as its contents. 10,000 rows cost as much as 30. Tab stops at one row, the arrows lead on from there.
 */
export interface WindowedProps<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly row: (item: Item, look: RowLook) => ComponentChildren;
  readonly label: string;
  /** The last rows came into sight. */
  readonly onEnd: () => void;
}

/** How a row is shown, and what its button has to have. */
export interface RowLook {
  readonly open: boolean;
  readonly button: {
    readonly tabIndex: 0 | -1;
    readonly onClick: () => void;
    readonly onFocus: () => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
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

  const arrows = useArrows(items.length, (index) => index * ROW + extraBefore(index), setTop);
  // Who scrolled away with the mouse finds a row that is in sight.
  const stop = Math.min(Math.max(arrows.at, first), last - 1);

  const scrolled = (event: Event) => {
    const box = event.currentTarget as HTMLElement;
    setTop(box.scrollTop);
    if (box.scrollHeight - box.scrollTop - box.clientHeight < 10 * ROW) onEnd();
  };
  return (
    <div class="windowed" ref={arrows.box} onScroll={scrolled}>
      <ul
        aria-label={label}
        style={{ paddingTop: `${before}px`, paddingBottom: `${Math.max(0, whole - before - shown)}px` }}
      >
        {items.slice(first, last).map((item, i) => {
          const key = keyOf(item);
          const index = first + i;
          const isOpen = key === open;
          return (
            <li
              key={key}
              ref={isOpen ? opened : null}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              class={isOpen ? "open" : ""}
            >
              {row(item, {
                open: isOpen,
                button: {
                  tabIndex: index === stop ? 0 : -1,
                  onClick: () => setOpen(isOpen ? null : key),
                  onFocus: () => arrows.goTo(index),
                  onKeyDown: arrows.pressed,
                },
              })}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The row that the keyboard is at; it is scrolled into sight before it gets the focus. */
function useArrows(count: number, topOf: (index: number) => number, scrolledTo: (top: number) => void) {
  const [at, goTo] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const isWanted = useRef(false);
  useLayoutEffect(() => {
    const row = box.current?.querySelector<HTMLElement>(`li[aria-posinset="${at + 1}"] > button`);
    if (!isWanted.current || row === null || row === undefined) return;
    isWanted.current = false;
    row.focus({ preventScroll: true });
  });
  const pressed = (event: KeyboardEvent) => {
    const next = target(event.key, at, count);
    const list = box.current;
    if (next === null || list === null) return;
    event.preventDefault();
    const top = topOf(next);
    list.scrollTop = Math.min(top, Math.max(list.scrollTop, top + ROW - list.clientHeight));
    isWanted.current = true;
    scrolledTo(list.scrollTop);
    goTo(next);
  };
  return { at, goTo, box, pressed };
}

function target(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(count - 1, at + 1);
    case "ArrowUp":
      return Math.max(0, at - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
