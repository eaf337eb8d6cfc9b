import { expect, it } from "vitest";
import { runMethod } from "../../server/cli/methods.ts";
import { Overloaded } from "../../server/flow/contract.ts";
import { PlainError } from "../../server/lib/errors.ts";
import { anAdminWorld } from "../admin/world.ts";

it("says that a command can be given again when the server has too much to do", async () => {
  const { app } = await anAdminWorld();
  const tenants = () => Promise.reject(new Overloaded(503, 5, "too many events wait"));

  const ran = runMethod({ ...app, reads: { ...app.reads, tenants } }, "tenants", {});

  await expect(ran).rejects.toThrow(new PlainError("Try again: too many events wait."));
});
