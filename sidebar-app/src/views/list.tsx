import type { Filter, ListState } from "../list.ts";
import type { RiskListItem } from "../wire.ts";
import type { Words } from "../words.ts";
import { failureText } from "./actions.tsx";
import { Band, Button } from "./base.tsx";

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
  const { state, w, more, retry } = props;
  const { items, loading, failure, next } = state;
  return (
    <div class="list" aria-busy={loading}>
      <h1>{w.t("list.title")}</h1>
      <search>
        <Filters {...props} />
      </search>
      {failure === null ? null : (
        <p class="failure" role="alert">
          {failureText(w, failure)}{" "}
          <Button look="link" onClick={retry}>
            {w.t("action.retry")}
          </Button>
        </p>
      )}
      {/* An empty page while the first one loads would be a lie. */}
      {items.length === 0 && loading ? (
        <p class="skeleton-line" role="status" aria-label={w.t("state.loading")} />
      ) : items.length === 0 ? (
        failure === null ? (
          <p role="status">
            {isFiltered(state.filter) ? w.t("list.results", { count: 0 }) : w.t("list.empty")}
          </p>
        ) : null
      ) : (
        <Table {...props} />
      )}
      {next === null ? null : (
        <Button onClick={more} disabled={loading}>
          {w.t("list.more")}
        </Button>
      )}
    </div>
  );
}

const isFiltered = ({ kind: _, ...rest }: Filter): boolean =>
  Object.values(rest).some((value) => value !== "");

function Filters({ state, w, filter, clear }: ListProps) {
  const { filter: set, patterns } = state;
  const bands = ["critical", "alert", "watch", "normal"] as const;
  return (
    <form
      key={state.clears}
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget as HTMLFormElement);
        filter({
          q: String(data.get("q") ?? ""),
          owner: String(data.get("owner") ?? ""),
          segment: String(data.get("segment") ?? ""),
        });
      }}
    >
      <label class="field wide">
        <span>{w.t("list.search")}</span>
        <input type="search" name="q" autoComplete="off" maxLength={320} defaultValue={set.q} />
      </label>
      <fieldset class="tabs" aria-label={w.t("list.title")}>
        {(["account", "person"] as const).map((kind) => (
          <button
            type="button"
            key={kind}
            class="button plain"
            aria-pressed={set.kind === kind}
            onClick={() => filter({ kind })}
          >
            {w.t(kind === "account" ? "list.accounts" : "list.persons")}
          </button>
        ))}
      </fieldset>
      <Choice
        label={w.t("list.filter_band")}
        value={set.band}
        any={w.t("list.any")}
        onPick={(band) => filter({ band })}
      >
        {bands.map((band) => [band, w.t(`band.${band}`)] as const)}
      </Choice>
      <Choice
        label={w.t("list.filter_pattern")}
        value={set.pattern}
        any={w.t("list.any")}
        onPick={(pattern) => filter({ pattern })}
      >
        {patterns.map(({ id, name }) => [id, name] as const)}
      </Choice>
      <label class="field">
        <span>{w.t("list.filter_owner")}</span>
        <input name="owner" maxLength={200} autoComplete="off" defaultValue={set.owner} />
      </label>
      <label class="field">
        <span>{w.t("list.filter_segment")}</span>
        <input name="segment" maxLength={200} autoComplete="off" defaultValue={set.segment} />
      </label>
      <div class="buttons">
        <button type="submit" class="button primary">
          {w.t("action.find")}
        </button>
        <Button onClick={clear}>{w.t("list.clear")}</Button>
      </div>
    </form>
  );
}

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly any: string;
  readonly onPick: (value: string) => void;
  readonly children: readonly (readonly [value: string, text: string])[];
}) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.onPick(event.currentTarget.value)}>
        <option value="">{props.any}</option>
        {props.children.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
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
      <td>
        <b>{w.number(score)}</b> <Band band={band} w={w} />
      </td>
      <td>
        <Button look="link" onClick={() => open(kind, id, name)}>
          {name ?? id}
        </Button>
      </td>
      <td>{why}</td>
      <td class="only-wide">{segment}</td>
      <td class="only-wide">{owner}</td>
    </tr>
  );
}
