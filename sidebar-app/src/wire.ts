/** What goes over the wire, under one name for the whole app. Types only: nothing of the server is built in. */
export type * from "../../server/http/wire.ts";
