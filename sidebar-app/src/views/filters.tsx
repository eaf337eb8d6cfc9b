import type { Filter, ListState } from "../list.ts";
import type { Words } from "../words.ts";
import { Button } from "./base.tsx";

/** What the list is narrowed by: a choice counts at once, what is typed when it is sent. */
export interface FiltersProps {
  readonly state: ListState;
  readonly w: Words;
  readonly filter: (change: Partial<Filter>) => void;
  readonly clear: () => void;
}

export function Filters({ state, w, filter, clear }: FiltersProps) {
  const { filter: set, choices } = state;
  const search = (event: SubmitEvent) => {
    event.preventDefault();
    filter({ q: String(new FormData(event.currentTarget as HTMLFormElement).get("q") ?? "") });
  };
  return (
    <search class="filters">
      <Kinds set={set} w={w} filter={filter} />
      {/* The key lets go of what was typed when the filters are cleared. */}
      <form key={state.clears} class="find" onSubmit={search}>
        <input
          type="search"
          name="q"
          autoComplete="off"
          maxLength={320}
          defaultValue={set.q}
          aria-label={w.t("list.search")}
          placeholder={w.t("list.search")}
        />
        <button type="submit" class="button plain">
          {w.t("action.find")}
        </button>
      </form>
      <div class="choices">
        <Choice label={w.t("list.filter_band")} name="band" set={set} w={w} filter={filter}>
          {BANDS.map((band) => [band, w.t(`band.${band}`)] as const)}
        </Choice>
        <Choice label={w.t("list.filter_owner")} name="owner" set={set} w={w} filter={filter}>
          {itself(choices.owners)}
        </Choice>
        <Choice label={w.t("list.filter_segment")} name="segment" set={set} w={w} filter={filter}>
          {itself(choices.segments)}
        </Choice>
        <Choice label={w.t("list.filter_pattern")} name="pattern" set={set} w={w} filter={filter}>
          {choices.patterns.map(({ id, name }) => [id, name] as const)}
        </Choice>
        {isFiltered(set) ? (
          <Button look="link" onClick={clear}>
            {w.t("list.clear")}
          </Button>
        ) : null}
      </div>
    </search>
  );
}

const BANDS = ["critical", "alert", "watch", "normal"] as const;

const itself = (values: readonly string[]) => values.map((value) => [value, value] as const);

export const isFiltered = ({ kind: _, ...rest }: Filter): boolean =>
  Object.values(rest).some((value) => value !== "");

function Kinds({ set, w, filter }: Pick<FiltersProps, "w" | "filter"> & { readonly set: Filter }) {
  return (
    <fieldset class="tabs" aria-label={w.t("list.title")}>
      {(["account", "person"] as const).map((kind) => (
        <button type="button" key={kind} aria-pressed={set.kind === kind} onClick={() => filter({ kind })}>
          {w.t(kind === "account" ? "list.accounts" : "list.persons")}
        </button>
      ))}
    </fieldset>
  );
}

function Choice(
  props: Pick<FiltersProps, "w" | "filter"> & {
    readonly label: string;
    readonly name: "band" | "owner" | "segment" | "pattern";
    readonly set: Filter;
    readonly children: readonly (readonly [value: string, text: string])[];
  },
) {
  const { label, name, set, w, filter, children } = props;
  const value = set[name];
  // What was chosen stays in sight, also when nothing has it any more.
  const gone = value !== "" && children.every(([each]) => each !== value);
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => filter({ [name]: event.currentTarget.value })}>
        <option value="">{w.t("list.any")}</option>
        {[...children, ...(gone ? [[value, value] as const] : [])].map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
