import type { Channel, HumanChannel, IssueType, Pattern } from "../pattern.ts";
import { type ChannelKind, kindOf } from "../tenant.ts";
import type { PersonState, Unit } from "../unit.ts";
import type { Ladder } from "./contract.ts";

interface Row {
  readonly messages: readonly Channel[];
  readonly human: HumanChannel;
}

/**
 * The channel matrix: preferred, fallback and escalation per issue. Cancellation, journey signals and sentiment have
 * no message: somebody of ours is asked, and the customer is left alone.
 */
export const MATRIX: { readonly [issue in IssueType]: Row } = {
  configuration_error: { messages: ["in_app.tooltip", "email"], human: "human.csm" },
  api_integration: { messages: ["email", "in_app.banner"], human: "human.l2" },
  billing: { messages: ["email", "in_app.message"], human: "human.csm" },
  account_lockout: { messages: ["in_app.prompt", "sms"], human: "human.phone" },
  feature_not_working: { messages: ["in_app.tooltip", "email"], human: "human.l2" },
  usage_limit: { messages: ["in_app.notification", "email"], human: "human.csm" },
  onboarding: { messages: ["in_app.tooltip", "email"], human: "human.csm" },
  cancellation: { messages: [], human: "human.csm" },
  journey: { messages: [], human: "human.ops" },
  sentiment: { messages: [], human: "human.agent" },
};

/**
 * The channels in which a match is pursued for one person. A pattern's own list wins over the matrix row; its human
 * channel is the first one it lists, else the row's escalation. Broadcasts go to many, on approval, and are never a
 * step of one person's ladder. How many messages there are, and which human channel is behind them, is the same for
 * everybody: null serves where only that is asked for.
 */
export function ladderOf(pattern: Pattern, person: PersonState | null): Ladder {
  const row = MATRIX[pattern.issue];
  const listed = pattern.channels ?? row.messages;
  const messages = listed.filter((channel) => kindOf(channel) !== "human" && channel !== "broadcast");
  return {
    messages: withPreferredFirst(messages, person?.preferred ?? null),
    human: listed.find((channel) => kindOf(channel) === "human") ?? row.human,
  };
}

/** A preference that is not in the row changes nothing: it is a wish about order, not a new channel. */
function withPreferredFirst(
  row: readonly Channel[],
  preferred: Channel | ChannelKind | null,
): readonly Channel[] {
  const first = row.findIndex((channel) => channel === preferred || kindOf(channel) === preferred);
  return first < 0 ? row : [...row.slice(first, first + 1), ...row.toSpliced(first, 1)];
}

/**
 * What may be used while the score is in band watch: everything in-app, and what the pattern lists besides. `csm`
 * stands for `human.csm` and holds for enterprise accounts only.
 */
export function watchChannels(pattern: Pattern, unit: Unit): readonly string[] {
  const enterprise = unit.account?.segment?.toLowerCase() === "enterprise";
  const listed = pattern.watch.map((name) => (name === "csm" ? "human.csm" : name));
  return ["in_app", ...listed.filter((name) => enterprise || name !== "human.csm")];
}

/** True when a list of channels or kinds, as `watchChannels` gives it, names the channel. */
export function names(list: readonly string[], channel: Channel): boolean {
  return list.includes(channel) || list.includes(kindOf(channel));
}
