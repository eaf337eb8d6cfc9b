import { z } from "zod";
import type { ScoreRow } from "../../core/effect.ts";
import { number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const contributions = z.array(
  z.object({
    match: text,
    pattern: text,
    family: text,
    alone: number,
    points: number,
    more: number,
    lastSeen: number,
  }),
);

/** What a score is made of, now and at each step of its history; its other parts are columns. */
export const CONTRIBUTIONS = shape<ScoreRow["contributions"]>()({
  kind: "the contributions to a score",
  version: VERSION,
  upgrades: [],
  schema: contributions,
});

export const { read: readContributions, write: writeContributions } = CONTRIBUTIONS;
