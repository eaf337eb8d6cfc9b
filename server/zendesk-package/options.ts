/** Places and settings that Zendesk has switched on for some accounts only. */
export interface Options {
  readonly customObjectSidebar?: boolean;
  readonly mtls?: boolean;
}
