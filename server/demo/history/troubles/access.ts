import { MINUTE, SECOND } from "../../../core/time.ts";
import type { DemoPerson } from "../../world/people.ts";
import type { DemoAccount } from "../../world/world.ts";
import { type Cast, repeat, type Step, step, type Trouble } from "../story.ts";

const failedLogin = (after: number, person: DemoPerson): Step =>
  step(after, "auth.login_failed", { reason: "wrong_password" }, person);

const backIn = ({ actor }: Cast): readonly Step[] => [step(0, "auth.login_succeeded", {}, actor)];

const hasTeam = ({ people }: DemoAccount) => people.length >= 4;

/** Not getting in: passwords, lockouts, and what the security monitor sees. */
export const ACCESS: readonly Trouble[] = [
  {
    pattern: "P-002",
    actor: "anyone",
    times: 56,
    script: ({ actor, random }) =>
      repeat(random.int(3, 5), 90 * SECOND, (after) => failedLogin(after, actor), random),
    ending: backIn,
  },
  {
    pattern: "P-009",
    actor: "anyone",
    times: 40,
    script: ({ actor, random }) => repeat(3, 8 * SECOND, (after) => failedLogin(after, actor), random),
    ending: backIn,
  },
  {
    pattern: "P-008",
    actor: "anyone",
    times: 16,
    fits: hasTeam,
    script: ({ actor, colleagues, random }) =>
      [actor, ...colleagues.slice(0, 2)].flatMap((person, place) =>
        repeat(3, MINUTE, (after) => failedLogin(place * 4 * MINUTE + after, person), random),
      ),
    ending: ({ actor, colleagues }) =>
      [actor, ...colleagues.slice(0, 2)].map((person, place) =>
        step(place * MINUTE, "auth.login_succeeded", {}, person),
      ),
    // When single sign-on is down, either all of them write or none has to.
    writers: ({ actor, colleagues }) => [actor, ...colleagues.slice(0, 2)],
  },
  {
    pattern: "P-027",
    actor: "anyone",
    times: 24,
    script: ({ actor, random }) => [
      step(
        0,
        "security.alert",
        { kind: random.pick(["impossible_travel", "leaked_password", "new_device"]), severity: "high" },
        actor,
      ),
    ],
  },
];
