import type { Api } from "./api.ts";
import { type Cell, createCell } from "./cell.ts";
import { listed } from "./deeds.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { PageBody, PatternBody, RequesterBody, RiskListItem } from "./wire.ts";

/** Everybody by risk. */
export interface ListState {
  readonly filter: Filter;
  readonly items: readonly RiskListItem[];
  readonly next: string | null;
  readonly loading: boolean;
  readonly failure: Failure | null;
  readonly patterns: readonly PatternBody[];
  /** How often the filter was cleared: what was typed goes with it. */
  readonly clears: number;
}

export interface Filter {
  readonly kind: string;
  readonly q: string;
  readonly band: string;
  readonly owner: string;
  readonly segment: string;
  readonly pattern: string;
}

export interface ListDesk {
  readonly cell: Cell<ListState>;
  /** Changes the filter and reads anew. */
  filter(change: Partial<Filter>): Promise<void>;
  clear(): Promise<void>;
  reload(): Promise<void>;
  more(): Promise<void>;
  patterns(): Promise<void>;
  /** Something changed: read again, once for many changes. */
  hear(): void;
}

export const NO_FILTER: Filter = { kind: "account", q: "", band: "", owner: "", segment: "", pattern: "" };
const GATHER = 1_000;

export function createListDesk(api: Api): ListDesk {
  const cell = createCell<ListState>({
    filter: NO_FILTER,
    items: [],
    next: null,
    loading: true,
    failure: null,
    patterns: [],
    clears: 0,
  });
  /** An answer to an older question is dropped. */
  let asked = 0;
  let gathering: number | undefined;

  const read = async (after: string | null): Promise<void> => {
    asked += 1;
    const mine = asked;
    cell.patch({ loading: true });
    try {
      const page = await readPage(api, cell.get().filter, after);
      if (mine !== asked) return;
      const before = after === null ? [] : cell.get().items;
      cell.patch({ items: [...before, ...page.items], next: page.next, loading: false, failure: null });
    } catch (error) {
      if (mine === asked) cell.patch({ loading: false, failure: failureOf(error) });
    }
  };
  return {
    cell,
    async filter(change) {
      cell.patch({ filter: { ...cell.get().filter, ...change } });
      await read(null);
    },
    async clear() {
      const { filter, clears } = cell.get();
      cell.patch({ filter: { ...NO_FILTER, kind: filter.kind }, clears: clears + 1 });
      await read(null);
    },
    reload: () => read(null),
    async more() {
      const { next, loading } = cell.get();
      if (next !== null && !loading) await read(next);
    },
    async patterns() {
      const { items } = await api.get<PageBody<PatternBody>>("/patterns").catch(() => ({ items: [] }));
      cell.patch({ patterns: items });
    },
    hear() {
      window.clearTimeout(gathering);
      // Who has read on further down is not thrown back to the first page.
      gathering = window.setTimeout(() => {
        if (cell.get().items.length <= 50) read(null).catch(console.error);
      }, GATHER);
    },
  };
}

/** An address is looked up as it is, never searched for: the server knows it by its keyed hash only. */
async function readPage(api: Api, filter: Filter, after: string | null): Promise<PageBody<RiskListItem>> {
  const { q } = filter;
  if (!q.includes("@")) return api.get("/risks", { ...filter, q: q.trim(), after });
  const items = listed(await api.get<RequesterBody>("/requesters", { email: q.trim() }));
  return { items, next: null };
}
