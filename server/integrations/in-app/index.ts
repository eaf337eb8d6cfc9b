import { type ChannelAdapter, type Integration, Refused } from "../contract.ts";
import { settings } from "./settings.ts";

/** Nothing is sent: the page of the product fetches what waits for its person, under /in-app/v1. */
const inAppChannel: ChannelAdapter = {
  kind: "in_app",
  reconciles: "none",
  send: async () => {
    throw new Refused("In-app messages are fetched by the page, not sent");
  },
};

export const inApp: Integration = { id: "in-app", title: "In-app", settings, channel: inAppChannel };
