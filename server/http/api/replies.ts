/** Schemas of what the API answers, in the order of wire.ts. Its parts say more. */
export * from "./replies/actions.ts";
export * from "./replies/frame.ts";
export * from "./replies/messages.ts";
export * from "./replies/records.ts";
export * from "./replies/requester.ts";
export * from "./replies/risk.ts";
export * from "./replies/tenant.ts";
export * from "./replies/timeline.ts";
export * from "./replies/trace.ts";
