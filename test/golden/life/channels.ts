import type { Random } from "../../../server/demo/random.ts";
import {
  BadAddress,
  BadCredentials,
  type ChannelAdapter,
  InDoubt,
  type Outgoing,
  Refused,
  RefusedByRecipient,
  RetryLater,
} from "../../../server/integrations/contract.ts";

/** How a provider in memory behaves just now. */
export type Mood = "usual" | "down" | "key_revoked" | "silent" | "perfect" | "hangs";

/** A provider in memory: takes most messages, and fails in every way the contract knows. */
export interface FakeProvider {
  readonly adapter: ChannelAdapter;
  mood: Mood;
  /** Everything it was asked to send, with what came of it. */
  readonly calls: { readonly message: Outgoing; readonly came: string }[];
}

export interface FakeProviderOptions {
  readonly kind: "email" | "sms";
  readonly random: Random;
  /** It took a message: what it will report is up to the listener. */
  readonly onTaken: (message: Outgoing) => void;
}

export function fakeProvider({ kind, random, onTaken }: FakeProviderOptions): FakeProvider {
  let taken = 0;
  const provider: FakeProvider = {
    mood: "usual",
    calls: [],
    adapter: {
      kind,
      reconciles: kind === "sms" ? "lookup" : "receipts",
      async send(message) {
        if (provider.mood === "hangs") {
          provider.calls.push({ message, came: "nothing" });
          return new Promise(() => {});
        }
        const error = refusalOf(provider.mood, random.next());
        provider.calls.push({ message, came: error?.name ?? "taken" });
        if (error !== null) {
          // Of some of those in doubt the provider reports later that they did arrive.
          if (error instanceof InDoubt && random.chance(0.5)) onTaken(message);
          throw error;
        }
        taken += 1;
        onTaken(message);
        return { providerId: `${kind}-${taken}` };
      },
      ...(kind === "sms"
        ? {
            async lookUp({ delivery }) {
              const at = random.next();
              if (at < 0.3) return { kind: "unknown" } as const;
              if (at < 0.6) return { kind: "absent" } as const;
              return { kind: "sent", providerId: `found-${delivery.slice(0, 6)}` } as const;
            },
          }
        : {}),
    },
  };
  return provider;
}

function refusalOf(mood: Mood, at: number): Error | null {
  if (mood === "perfect") return null;
  if (mood === "down") return new RetryLater("503 from the provider", null);
  if (mood === "key_revoked") return new BadCredentials("401 from the provider");
  if (mood === "silent") return new InDoubt("the connection was reset");
  if (at < 0.02) return new RetryLater("503 from the provider", null);
  if (at < 0.03) return new RetryLater("429 from the provider", 60_000);
  if (at < 0.05) return new InDoubt("the connection was reset");
  if (at < 0.06) return new BadAddress("no such mailbox");
  if (at < 0.064) return new RefusedByRecipient("the recipient has stopped us");
  if (at < 0.07) return new Refused("the provider will not take this");
  return null;
}
