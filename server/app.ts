/** The composition root: the one place that knows every part. */
export { type Opened, type OpenOptions, openApp } from "./app/open.ts";
export { type Running, type ServeOptions, startServer } from "./app/serve.ts";
export { VERSION } from "./app/version.ts";
