import type { DeskState, Filled } from "../asks.ts";
import type { Words } from "../words.ts";

/** What every dialog gets: how things stand, and what a person can do in it. */
export interface DialogProps {
  readonly state: DeskState;
  readonly w: Words;
  readonly submit: (filled: Filled) => void;
  readonly cancel: () => void;
  readonly preview: (template: string, channel: string) => void;
  readonly find: (text: string) => void;
}
