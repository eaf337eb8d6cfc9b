// What this page is about, from its address and from the server, and what changes while it is open.

export const stage = JSON.parse(document.body.dataset.stage);
export const query = new URLSearchParams(location.search);

const [, , placeInPath = "tickets", id = "", ...further] = location.pathname.split("/");
const LOCATIONS = { tickets: "ticket_sidebar", users: "user_sidebar", apps: "nav_bar" };
export const place = Object.hasOwn(LOCATIONS, placeInPath) ? placeInPath : "tickets";
export const appLocation = LOCATIONS[place];
/** What follows the app's name in the address of its page in the navigation bar. */
export const route = place === "apps" ? further.join("/") : "";

export const ticket = stage.tickets.find((each) => String(each.id) === id) ?? stage.tickets[0];
export const users = new Map(stage.tickets.map(({ requester }) => [String(requester.id), requester]));

export const state = {
  latency: Number(query.get("latency") ?? 0),
  failing: new Map(query.getAll("fail").map((path) => [path, "This is not available right now."])),
  requester: place === "users" ? (users.get(id) ?? ticket.requester) : ticket.requester,
  scheme: query.get("scheme") === "dark" ? "dark" : "light",
  editor: { type: "publicReply", text: "" },
  /** The frame that the app is in. */
  frame: null,
};

/** The address of another page of this Zendesk, with the same theme and controls. */
export function pathTo(path) {
  const kept = new URLSearchParams(query);
  if (state.scheme === "dark") kept.set("scheme", "dark");
  else kept.delete("scheme");
  const text = kept.toString();
  return text === "" ? path : `${path}?${text}`;
}
