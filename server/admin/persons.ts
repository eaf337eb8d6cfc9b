import { idOf, type Who } from "../actions/person.ts";
import type { AdminDeps } from "./deps.ts";

export const personOf = (deps: Pick<AdminDeps, "store" | "pipeline">, tenant: string, who: Who) =>
  idOf(deps, tenant, who);
