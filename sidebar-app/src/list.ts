import type { Api } from "./api.ts";
import { type Cell, createCell } from "./cell.ts";
import { type Failure, failureOf } from "./failure.ts";
import { byAddress, isAddress } from "./look-up.ts";
import type { PageBody, PatternBody, RiskFiltersBody, RiskListItem } from "./wire.ts";

/** Everybody by risk. */
export interface ListState {
  readonly filter: Filter;
  readonly items: readonly RiskListItem[];
  readonly next: string | null;
  readonly loading: boolean;
  readonly failure: Failure | null;
  readonly choices: Choices;
  /** How often the filter was cleared: what was typed goes with it. */
  readonly clears: number;
}

/** What the list can be narrowed by: the patterns by id and name, the owners and segments there are. */
export interface Choices extends RiskFiltersBody {
  readonly patterns: readonly PatternBody[];
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
  /** Reads what can be chosen; without an answer there is nothing to choose from, and the list is there all the same. */
  choices(): Promise<void>;
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
    choices: { patterns: [], owners: [], segments: [] },
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
    async choices() {
      const [patterns, found] = await Promise.all([
        api.get<PageBody<PatternBody>>("/patterns").catch(() => ({ items: [] })),
        api.get<RiskFiltersBody>("/risks/filters").catch(() => ({ owners: [], segments: [] })),
      ]);
      cell.patch({ choices: { ...found, patterns: patterns.items } });
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

async function readPage(api: Api, filter: Filter, after: string | null): Promise<PageBody<RiskListItem>> {
  if (isAddress(filter.q)) return { items: await byAddress(api, filter.q), next: null };
  return api.get("/risks", { ...filter, q: filter.q.trim(), after });
}
