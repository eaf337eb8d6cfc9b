import type { Effect } from "../../../server/core/effect.ts";
import type { PersonState } from "../../../server/core/unit.ts";
import type { Batch } from "../../../server/store/contract.ts";
import { aDelivery, aMatch, anAccount, aPerson, NOON } from "../../builders.ts";
import {
  aBatch,
  aControl,
  aDecision,
  aFeedback,
  anAlert,
  anInput,
  anOutcome,
  aReception,
  aScore,
} from "../batches.ts";

/** Everything that can be known of a person, with words in it that occur nowhere else. */
export const CANARY = {
  person: "canary-person-4711",
  email: "canary.ana@example.com",
  phone: "+4917055512345",
  name: "Canaria Birdsong",
  text: "Hello Canaria Birdsong, you ran into a limit",
} as const;

/** The same for a person who stays, to see that nothing of theirs is touched. */
export const OTHER = {
  person: "canary-person-47110",
  email: "staying@example.com",
  name: "Stay Here",
} as const;

export const SECRETS = [
  "canary-secret-identity",
  "canary-secret-signing",
  "canary-secret-key",
  "canary-secret-url",
];

const { person } = CANARY;

/** One of every kind of record that names the person, in an account and in a unit of their own. */
export function aLife(tenant: string, from: number, otherPerson: string = OTHER.person): Batch {
  const unit = "account/acme";
  const other = { unit, account: "acme", person: otherPerson };
  const key = `person/${person}`;
  const match = aMatch({ tenant, id: "life-m1", person, key: `${key};endpoint=/v1/x`, unit });
  const state: PersonState = aPerson({ id: person, locale: "xx-CANARY" });
  const effects: readonly Effect[] = [
    { kind: "match", row: match },
    { kind: "match", row: aMatch({ ...match, id: "life-m2", unit: key, account: null, key }) },
    { kind: "match", row: aMatch({ tenant, id: "life-m3", person: otherPerson }) },
    { kind: "decision", row: aDecision({ tenant, id: "life-d1", match: "life-m1", person, key }) },
    { kind: "decision", row: aDecision({ tenant, id: "life-d2", match: "life-m2", person: null, key }) },
    {
      kind: "delivery",
      row: aDelivery({ tenant, id: "life-y1", match: "life-m1", person, detail: CANARY.email }),
    },
    { kind: "delivery", row: aDelivery({ ...other, tenant, id: "life-y2", match: "life-m3" }) },
    {
      kind: "alert",
      row: anAlert({ tenant, match: "life-m1", person, title: `Call ${CANARY.name} (${person})` }),
    },
    { kind: "outcome", row: anOutcome({ tenant, match: "life-m1", person }) },
    { kind: "feedback", row: aFeedback({ tenant, match: "life-m1", person }) },
    { kind: "score", row: aScore({ tenant, key, why: `${person} was locked out` }) },
    { kind: "score", row: aScore({ tenant, why: `12 errors of ${person}` }) },
    { kind: "person", tenant, unit, row: state },
    { kind: "person", tenant, unit, row: aPerson({ id: otherPerson }) },
    {
      kind: "account",
      tenant,
      unit,
      row: anAccount({ contacts: { billing: [person, otherPerson], technical: [person] } }),
    },
  ];
  return aBatch({
    inputs: [
      anInput(from, { tenant, person, reception: "r1" }),
      anInput(from + 1, {
        tenant,
        person,
        id: `evt-${person}-1`,
        type: "person.identified",
        data: { locale: "xx-CANARY", hasEmail: true },
      }),
      anInput(from + 2, { tenant, person, account: null, data: { endpoint: `/users/${person}/files` } }),
      anInput(from + 3, {
        tenant,
        person: otherPerson,
        type: "account.updated",
        data: { contacts: { billing: [person, otherPerson] } },
      }),
      aControl(from + 4, unit, { kind: "profile", person: state }, tenant),
      aControl(from + 5, unit, { kind: "erase", person, pseudonym: "gone-1" }, tenant),
      aControl(
        from + 6,
        "tenant",
        {
          kind: "sighting",
          sighting: {
            match: "life-m1",
            pattern: "P-001",
            family: "f",
            component: null,
            account: "acme",
            person,
            at: NOON,
          },
        },
        tenant,
      ),
      anInput(from + 7, { tenant, person: otherPerson }),
    ],
    effects,
    contacts: [
      { tenant, person, details: { email: CANARY.email, phone: CANARY.phone, name: CANARY.name } },
      { tenant, person: otherPerson, details: { email: OTHER.email, name: OTHER.name } },
    ],
    identities: [
      { tenant, namespace: "email", value: CANARY.email, kind: "person", id: person },
      { tenant, namespace: "phone", value: CANARY.phone, kind: "person", id: person },
      { tenant, namespace: "email", value: OTHER.email, kind: "person", id: otherPerson },
    ],
    memberships: [
      { tenant, person, unit, at: NOON },
      { tenant, person: otherPerson, unit, at: NOON },
    ],
    receptions: [aReception({ tenant })],
    deadLetters: [
      {
        id: "life-l1",
        tenant,
        system: "sentry",
        sourceId: "default",
        receivedAt: NOON,
        reason: "no such action",
        body: Buffer.from(`{"user":{"email":"${CANARY.email}"}}`),
      },
      {
        id: "life-l2",
        tenant,
        system: "sentry",
        sourceId: "default",
        receivedAt: NOON,
        reason: "no such action",
        body: Buffer.from(`{"user":{"email":"${OTHER.email}"}}`),
      },
    ],
    audit: [
      {
        id: "life-x1",
        tenant,
        at: NOON,
        actor: "agent:bo",
        action: "preference",
        subject: key,
        reason: `${CANARY.name} asked for it`,
        detail: { person },
        undo: null,
        undone: false,
      },
    ],
  });
}
