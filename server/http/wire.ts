/**
 * What goes over the wire of the read, write and live API. Imports nothing but its own parts: the browser apps see this
 * file, as types. Times are ISO 8601 in UTC; what is not known is null, never left out.
 */

export type * from "./wire/actions.ts";
export type * from "./wire/base.ts";
export type * from "./wire/frame.ts";
export type * from "./wire/live.ts";
export type * from "./wire/messages.ts";
export type * from "./wire/records.ts";
export type * from "./wire/requester.ts";
export type * from "./wire/requests.ts";
export type * from "./wire/risk.ts";
export type * from "./wire/tenant.ts";
export type * from "./wire/timeline.ts";
export type * from "./wire/trace.ts";
export type * from "./wire/zendesk.ts";
