import type { Case } from "./case.ts";
import { customObjectCases } from "./custom-object-cases.ts";
import { fileCases, warningCases } from "./file-cases.ts";
import { locationCases } from "./location-cases.ts";
import { manifestCases } from "./manifest-cases.ts";
import { requirementCases } from "./requirement-cases.ts";

export const CASES: readonly Case[] = [
  ...manifestCases,
  ...locationCases,
  ...fileCases,
  ...warningCases,
  ...requirementCases,
  ...customObjectCases,
];
