import { auditOf } from "./audit.ts";
import type { By } from "./contract.ts";
import type { AdminDeps } from "./deps.ts";

/**
 * Gives a tenant the shipped library. What it holds is kept by version before the log names it, so that old decisions
 * can be explained, and rebuilt, after the shipped library has moved on.
 */
export async function takeLibrary(deps: AdminDeps, tenant: string, by: By): Promise<boolean> {
  const { version, patterns } = deps.library;
  const before = deps.pipeline.tenant(tenant)?.library.version;
  if (before === version) return false;
  if ((await deps.store.libraryContent(version)) === null) {
    await deps.store.saveLibraryContent(version, patterns);
  }
  await deps.pipeline.tenantControl(
    tenant,
    { kind: "library", version, approvedBy: by.actor },
    {
      audit: auditOf(deps, tenant, by, {
        action: "library.take",
        subject: "library",
        detail: { version, before: before ?? null },
      }),
    },
  );
  return true;
}
