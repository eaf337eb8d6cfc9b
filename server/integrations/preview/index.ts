import { z } from "zod";
import type { ChannelKind } from "../../core/tenant.ts";
import type { ChannelAdapter, Integration } from "../contract.ts";

/**
 * A channel without credentials. It takes every message and lets nothing leave: the rendered copy, which is kept of
 * every message anyway, is what people look at.
 */
export function previewChannel(kind: ChannelKind): ChannelAdapter {
  return { kind, reconciles: "none", preview: true, send: async () => ({ providerId: null }) };
}

export const preview: Integration = {
  id: "preview",
  title: "Preview",
  settings: z.strictObject({}),
  channel: previewChannel("email"),
};
