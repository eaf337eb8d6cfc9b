/** Schemas of what the API answers; wire.ts has their types. */
export * from "./replies/actions.ts";
export * from "./replies/frame.ts";
export * from "./replies/live.ts";
export * from "./replies/messages.ts";
export * from "./replies/records.ts";
export * from "./replies/requester.ts";
export * from "./replies/risk.ts";
export * from "./replies/tenant.ts";
export * from "./replies/timeline.ts";
export * from "./replies/trace.ts";
export * from "./replies/zendesk.ts";
