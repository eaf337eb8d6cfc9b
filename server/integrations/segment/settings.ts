import { z } from "zod";

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A Webhooks destination of a Segment workspace. */
export const settings = z.strictObject({
  /** The tenant's own dictionary of event names, before the default one. */
  names: z
    .record(
      z.string(),
      z.strictObject({
        type: z.string().min(1),
        from: z.record(z.string(), z.array(z.string())).optional(),
        set: z.record(z.string(), scalar).optional(),
      }),
    )
    .default({}),
});
