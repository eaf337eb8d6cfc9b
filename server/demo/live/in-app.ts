import { setTimeout as pause } from "node:timers/promises";
import { SignJWT } from "jose";
import { MINUTE, type Millis, SECOND } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { DemoKeys } from "../tenant.ts";
import type { DemoPerson } from "../world/people.ts";

/** Simulated customers who have the product open: they fetch their messages, look at them, and sometimes answer. */
export interface InAppCustomers {
  /** They are in the product from now on, for a few minutes. */
  enter(people: readonly DemoPerson[]): void;
  /** Runs until it is told to stop. */
  run(): Promise<void>;
}

const STAY = 4 * MINUTE;
const MOST_PRESENT = 40;
/** One of them looks for messages this often; each has a turn every few seconds. */
const TURN = 0.2 * SECOND;

interface Message {
  readonly id: string;
}

export function createInAppCustomers(
  url: () => string,
  keys: DemoKeys,
  random: Random,
  now: () => Millis,
  signal: AbortSignal,
): InAppCustomers {
  const present = new Map<string, Millis>();
  const known = new Set<string>();

  const headersFor = async (person: string) => ({
    authorization: `Bearer ${keys.public}`,
    "forestall-identity": await identityOf(person, keys.identitySecret),
    "content-type": "application/json",
  });
  const fetchMessages = async (person: string): Promise<readonly Message[]> => {
    const answer = await fetch(`${url()}/in-app/v1/messages`, { headers: await headersFor(person), signal });
    if (!answer.ok) return [];
    return ((await answer.json()) as { messages: readonly Message[] }).messages;
  };
  const say = async (person: string, { id }: Message, action: string, body: object = {}) => {
    const path = `${url()}/in-app/v1/messages/${encodeURIComponent(id)}/${action}`;
    const answer = await fetch(path, {
      method: "POST",
      headers: await headersFor(person),
      body: JSON.stringify(body),
      signal,
    });
    await answer.arrayBuffer();
  };
  const look = async (person: string, message: Message) => {
    await say(person, message, "shown");
    await pause(random.between(2, 7) * SECOND, undefined, { signal });
    const reaction = random.weighted(REACTIONS);
    if (reaction === "clicked" || reaction === "dismissed") return say(person, message, reaction);
    if (reaction !== "nothing") await say(person, message, "feedback", reaction);
  };

  return {
    enter(people) {
      for (const { id } of people) present.set(id, now() + STAY);
      for (const id of [...present.keys()].slice(0, Math.max(0, present.size - MOST_PRESENT)))
        present.delete(id);
    },
    async run() {
      while (!signal.aborted) {
        for (const [person, until] of [...present]) {
          if (until < now()) present.delete(person);
          await pause(TURN, undefined, { signal });
          const messages = await fetchMessages(person).catch(() => []);
          for (const message of messages.filter(({ id }) => !known.has(id))) {
            known.add(message.id);
            // They read at their own pace, while others have their turn.
            look(person, message).catch(() => {});
          }
        }
        await pause(TURN, undefined, { signal });
      }
    },
  };
}

type Reaction = "clicked" | "dismissed" | "nothing" | { readonly answer: string; readonly stars?: number };

const REACTIONS: readonly (readonly [Reaction, number])[] = [
  ["clicked", 45],
  ["nothing", 25],
  [{ answer: "yes", stars: 5 }, 14],
  [{ answer: "no" }, 6],
  [{ answer: "not_mine" }, 4],
  ["dismissed", 6],
];

/** As the tenant's own server signs who is logged in. */
function identityOf(person: string, secret: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(person)
    .setAudience("forestall")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
}
