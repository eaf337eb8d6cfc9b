import { DateTime } from "luxon";
import { Company } from "./company.ts";
import { openTown } from "./town.ts";

export interface Story {
  /** A sentence; its file is called after it. */
  readonly name: string;
  /** Local time in the zone, as `2026-03-06T22:30`. */
  readonly begins: string;
  /** IANA name. */
  readonly zone: string;
  readonly live: (company: Company) => Promise<void>;
  /** Nothing leaves until the company goes live. */
  readonly dryRun?: boolean;
  readonly settings?: { readonly [name: string]: unknown };
}

/** The file of its transcript. */
export const fileOf = ({ name }: Pick<Story, "name">): string =>
  `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.txt`;

/** Lives a story from its beginning to its end. @returns its transcript */
export async function tell({ name, begins, zone, live, dryRun = false, settings }: Story): Promise<string> {
  const town = await openTown(DateTime.fromISO(begins, { zone }).toMillis());
  try {
    const company = await Company.opens(town, {
      id: "northwind",
      zone,
      live: !dryRun,
      ...(settings === undefined ? {} : { settings }),
    });
    await live(company);
    return `${name}\n${"=".repeat(name.length)}\n\n${company.transcript}`;
  } finally {
    await town.close();
  }
}
