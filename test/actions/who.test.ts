import { expect, it } from "vitest";
import { actorWords, momentWords } from "../../server/actions/who.ts";

it.each([
  ["agent:ana", "ana (an agent)"],
  ["ops:zendesk 17", "zendesk 17 (support operations)"],
  ["agent:token first", 'somebody with the token "first" (an agent)'],
  ["customer", "the customer"],
  ["system", "Forestall itself"],
  ["provider:twilio", "twilio"],
  ["cli", "cli"],
])("names %s as people would: %s", (actor, words) => {
  expect(actorWords(actor)).toBe(words);
});

it("names a moment as people would", () => {
  expect(momentWords(Date.UTC(2026, 2, 2, 12))).toBe("2 March 2026 at 12:00 UTC");
});
