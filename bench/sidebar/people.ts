/** The customers in the store of the sidebar's bench, by number, without chance. */
export const TENANT = "bench";
export const DOMAIN = "example.com";

export interface Account {
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly segment: string;
  readonly people: readonly string[];
}

const SEGMENTS = ["self_serve", "smb", "mid_market", "enterprise"];

export function accountOf(number: number): Account {
  const id = `a${number}`;
  return {
    ...{ number, id, name: `Company ${number}` },
    owner: `csm-${number % 200}@${DOMAIN}`,
    segment: SEGMENTS[number % SEGMENTS.length] ?? "",
    people: [0, 1, 2].map((place) => `${id}-${place}`),
  };
}

export const zendeskId = (number: number, place: number): string =>
  String(7_000_000_000 + number * 10 + place);
export const addressOf = (person: string, account: string): string => `${person}@${account}.${DOMAIN}`;

/** The n-th of so many, in an order in which neighbours share no page of the file. */
export const spread = (n: number, count: number): number => (n * 7_919) % count;
