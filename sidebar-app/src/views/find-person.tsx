import { alone, nameOf } from "../sayings.ts";
import type { DialogProps } from "./dialog-props.ts";

/** Looks for somebody by name or exact address, and lets one be chosen. */
export function FindPerson({ w, state, find }: DialogProps) {
  const search = (event: Event) => {
    const field = (event.currentTarget as HTMLElement).parentElement?.querySelector<HTMLInputElement>(
      "input",
    );
    find(field?.value ?? "");
  };
  return (
    <>
      <div class="field">
        <label for="find-person">
          <span>{w.t("form.find_person")}</span>
        </label>
        <div class="find">
          <input
            id="find-person"
            type="search"
            autoComplete="off"
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              find(event.currentTarget.value);
            }}
          />
          <button type="button" class="button plain" onClick={(event) => search(event)}>
            {w.t("action.find")}
          </button>
        </div>
      </div>
      {state.found === null ? null : (
        <fieldset class="found">
          <legend>{w.t("list.results", { count: state.found.length })}</legend>
          {state.found.map(({ id, name, why }) => (
            <label key={id}>
              <input type="radio" name="person" value={id} required />
              <span>
                {nameOf(w, id, name)} <span class="note">{alone(w, why)}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
