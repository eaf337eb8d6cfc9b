import type { Json, JsonObject } from "../app-files.ts";

export const MANIFEST = "manifest.json";

/** A manifest as Zendesk reads it: defaults filled in, locations in one shape. */
export interface Manifest {
  readonly json: JsonObject;
  readonly locations: readonly Location[];
  /** Names given for products, known or not. */
  readonly hosts: readonly string[];
  readonly parameters: readonly Parameter[];
  /** Needs no page of its own: resources only, or a listing only. */
  readonly pageless: boolean;
  readonly marketingOnly: boolean;
  readonly requirementsOnly: boolean;
  readonly isPrivate: boolean;
  /** Whether it says that it is written for framework 2 or later; undefined when it says nothing. */
  readonly modern: boolean | undefined;
}

export interface Parameter {
  readonly name: string;
  readonly type: Json;
  readonly required: Json;
  readonly secure: Json;
  readonly hasDefault: boolean;
  readonly scopes: Json;
  readonly allowedDomain: Json;
}

/** One place in the product where the app appears. */
export interface Location {
  readonly product: string;
  readonly name: string;
  readonly options: JsonObject;
  /** Named without an address, as version 1 of the framework did. */
  readonly legacy: boolean;
}
