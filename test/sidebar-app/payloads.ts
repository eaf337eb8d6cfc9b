import type * as wire from "../../server/http/wire.ts";
import { aRequester, aTimeline } from "./fixtures.ts";

const CALL = "alert(1)";
const WRAPS = [
  "",
  '">',
  "'>",
  "--></script>",
  "</textarea>",
  "</title>",
  "]]>",
  "\u0000",
  "</svg>",
  "&lt;/p&gt;",
];
const HEARTS = [
  `<script>${CALL}</script>`,
  `<img src=x onerror=${CALL}>`,
  `<svg onload=${CALL}></svg>`,
  `<iframe srcdoc="<script>parent.${CALL}</script>"></iframe>`,
  `<a href="javascript:${CALL}">x</a>`,
  `<details open ontoggle=${CALL}>`,
  `<math><mtext><style><img src=x onerror=${CALL}></style></mtext></math>`,
  `javascript:${CALL}//`,
  `{{constructor.constructor('${CALL}')()}}`,
  `<form action="javascript:${CALL}"><button autofocus>x</button></form>`,
];

/** 100 ways to get a script into a page: ten that start one, each after ten that end what is around it. */
export const PAYLOADS = WRAPS.flatMap((wrap) => HEARTS.map((heart) => wrap + heart));

/** Twenty of them: every start after two of the ends, and every end before two of the starts. */
export const SOME_PAYLOADS = WRAPS.flatMap((wrap, i) =>
  HEARTS.filter((_, k) => (i + k) % 5 === 0).map((heart) => wrap + heart),
);

/** Words that the app looks up, and places it opens in Zendesk: everything else is text, and gets the payload. */
const CODES = new Set([
  "kind",
  "band",
  "state",
  "ended",
  "at",
  "id",
  "match",
  "ticket",
  "asOf",
  "firedAt",
  "lastSeen",
  "sentAt",
  "createdAt",
  "dueBy",
  "until",
  "openedAt",
  "startedAt",
  "endedAt",
  "ticketAt",
]);

function spoil(value: unknown, payload: string, name = ""): unknown {
  if (typeof value === "string") return CODES.has(name) ? value : payload;
  if (Array.isArray(value)) return value.map((each) => spoil(each, payload, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spoil(inner, payload, key)]));
}

/** The same requester and timeline with the payload in every text. */
export function poisoned(payload: string) {
  return {
    requester: spoil(aRequester(), payload) as wire.RequesterBody,
    timeline: spoil(aTimeline(), payload) as readonly wire.TimelineItem[],
  };
}
