import type { Filter, ListState } from "../list.ts";
import { alone, nameOf } from "../sayings.ts";
import type { RiskListItem } from "../wire.ts";
import type { Words } from "../words.ts";
import { failureText } from "./actions.tsx";
import { Band, Button } from "./base.tsx";
import { Filters, isFiltered } from "./filters.tsx";

/** Everybody by risk, with search and filters. */
export interface ListProps {
  readonly state: ListState;
  readonly w: Words;
  readonly filter: (change: Partial<Filter>) => void;
  readonly clear: () => void;
  readonly more: () => void;
  readonly retry: () => void;
  readonly open: (kind: "person" | "account", id: string, name: string | null) => void;
}

export function List(props: ListProps) {
  const { state, w, filter, clear, more, retry } = props;
  const { items, loading, failure, next } = state;
  return (
    <div class="list" aria-busy={loading}>
      <h1>{w.t("list.title")}</h1>
      <Filters state={state} w={w} filter={filter} clear={clear} />
      {failure === null ? null : (
        <p class="failure" role="alert">
          {failureText(w, failure)}{" "}
          <Button look="link" onClick={retry}>
            {w.t("action.retry")}
          </Button>
        </p>
      )}
      {items.length === 0 ? <Nobody {...props} /> : <Table {...props} />}
      {next === null ? null : (
        <Button onClick={more} disabled={loading}>
          {w.t("list.more")}
        </Button>
      )}
    </div>
  );
}

/** Why there is no line: it is still loading, it could not be read, nothing fits, or all is well. */
function Nobody({ state: { loading, failure, filter }, w }: ListProps) {
  // An empty page while the first one loads would be a lie.
  if (loading) return <p class="skeleton-line" role="status" aria-label={w.t("list.loading")} />;
  if (failure !== null) return null;
  return (
    <p class="nobody" role="status">
      {isFiltered(filter) ? w.t("list.results", { count: 0 }) : w.t("list.empty")}
    </p>
  );
}

function Table({ state, w, open }: ListProps) {
  return (
    <table class="risks">
      <caption class="unseen">{w.t("list.title")}</caption>
      <thead>
        <tr>
          <th scope="col">{w.t("list.column_score")}</th>
          <th scope="col">{w.t("list.column_name")}</th>
          <th scope="col">{w.t("list.column_why")}</th>
          <th scope="col" class="only-wide">
            {w.t("list.filter_segment")}
          </th>
          <th scope="col" class="only-wide">
            {w.t("list.filter_owner")}
          </th>
        </tr>
      </thead>
      <tbody>
        {state.items.map((item) => (
          <Line key={`${item.kind}/${item.id}`} item={item} w={w} open={open} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ item, w, open }: { readonly item: RiskListItem } & Pick<ListProps, "w" | "open">) {
  const { kind, id, name, score, band, why, segment, owner } = item;
  return (
    <tr>
      <td class="risk">
        <b>{w.number(score)}</b> <Band band={band} w={w} />
      </td>
      <td>
        <Button look="link" id={`${kind}/${id}`} onClick={() => open(kind, id, name)}>
          {nameOf(w, id, name)}
        </Button>
      </td>
      <td>{alone(w, why)}</td>
      <td class="only-wide">{segment}</td>
      <td class="only-wide">{owner}</td>
    </tr>
  );
}
