import type { Choice } from "./asks.ts";
import type { PatternBody, RequesterBody } from "./wire.ts";

/** What carries a message to one person; a colleague's step is an alert. */
const toOnePerson = (channel: string): boolean => !/^(human|broadcast)/.test(channel);

/** What can be sent by hand; the messages of open matches first, as they are what this is most likely about. */
export function choicesOf(
  { personRisk, accountRisk }: RequesterBody,
  patterns: readonly PatternBody[],
): readonly Choice[] {
  const open = [...(personRisk?.openMatches ?? []), ...(accountRisk?.openMatches ?? [])];
  const choices = new Map<string, Choice>();
  for (const { message, name, channels, id } of patterns) {
    const ways = channels.filter(toOnePerson);
    const match = open.find(({ pattern }) => pattern === id)?.match ?? null;
    if (message === "" || ways.length === 0) continue;
    if (choices.has(message) && match === null) continue;
    choices.set(message, { template: message, name, channels: ways, match });
  }
  return [...choices.values()].sort((a, b) => Number(b.match !== null) - Number(a.match !== null));
}
