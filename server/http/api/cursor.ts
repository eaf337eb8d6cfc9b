import { known } from "../../lib/foreign.ts";
import { hashId } from "../../lib/ids.ts";
import type { Page } from "../../store/contract.ts";
import { invalid } from "../problem.ts";
import type { PageBody } from "../wire.ts";

/**
 * A cursor is the store's own, with a mark of the list it belongs to: tenant, address and filter. One that was cut,
 * mixed up with another list or carried to another tenant is refused instead of showing the wrong page.
 */
export interface List {
  readonly tenant: string;
  readonly path: string;
  /** Everything of the query but `after` and `limit`. */
  readonly filter: unknown;
}

const MARK = 22;

function mark(list: List, cursor: string): string {
  return hashId("cursor", list.tenant, list.path, JSON.stringify(list.filter), cursor);
}

/** @throws Problem 400 */
export function readCursor(list: List, after: string | undefined): { after?: string } {
  if (after === undefined) return {};
  const cursor = Buffer.from(after.slice(MARK), "base64url").toString("utf8");
  if (after.length <= MARK || mark(list, cursor) !== after.slice(0, MARK)) {
    throw invalid("`after` is not the `next` of a page of this list with the same filter; start without it.");
  }
  return { after: cursor };
}

export function pageOf<Row, Item>(list: List, page: Page<Row>, item: (row: Row) => Item): PageBody<Item> {
  const next =
    page.next === null ? null : mark(list, page.next) + Buffer.from(page.next).toString("base64url");
  return { items: page.rows.map(item), next, ...known({ unreadable: page.unreadable }) };
}
