import type { Story } from "../story.ts";
import { DOORS } from "./doors.ts";
import { MONEY } from "./money.ts";
import { NIGHTS } from "./nights.ts";

export const STORIES: readonly Story[] = [...NIGHTS, ...MONEY, ...DOORS];
