import { z } from "zod";
import { type Act, type Action, type ActionContext, ADMINS } from "./contract.ts";
import { tenantOf } from "./tenant.ts";

const params = z.strictObject({});

export const takeLibrary: Action<typeof params, { readonly version: string; readonly taken: boolean }> = {
  name: "take-library",
  summary: "Give a tenant the shipped pattern library",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["library.take"],
  undo: null,
  subject: () => "library",
  async run(context, _params, act) {
    tenantOf(context, act.tenant);
    return { version: context.library.version, taken: await takeShipped(context, act) };
  },
};

/**
 * Gives a tenant the shipped library, when it has another. What it holds is kept by version before the log names it, so
 * that old decisions can be explained, and rebuilt, after the shipped library has moved on.
 * @returns whether it had another
 */
export async function takeShipped({ library, store, pipeline }: ActionContext, act: Act): Promise<boolean> {
  const { version, patterns } = library;
  const before = pipeline.tenant(act.tenant)?.library.version ?? null;
  if (before === version) return false;
  if ((await store.libraryContent(version)) === null) {
    await store.saveLibraryContent(version, patterns);
  }
  const control = { kind: "library", version, approvedBy: act.by.actor } as const;
  await act.tenantControl(control, {
    action: "library.take",
    subject: "library",
    detail: { version, before },
  });
  return true;
}
