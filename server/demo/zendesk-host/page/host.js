// The page that stands in for Zendesk's agent workspace. Draws a ticket (or a user, or a page of the navigation bar),
// loads the app into a frame by a signed form post, and answers what the app's SDK asks.
//
// Tests drive it through `window.host`:
//   log                       every message, as {from: "app" | "host", message, at}
//   latency(ms)               how long every answer takes
//   fail(path, message|null)  answers a path or action with an error
//   requester(user)           another requester; the events come as Zendesk sends them, several for one change
//   scheme("dark")            changes the theme, in the page and for the app
//   emit(event, data)         any event, if the app listens to it
//   activate(bool)            the tab comes to the front or goes behind another
//   reload()                  loads the app anew, with a fresh token
//   respond(url, answer)      what `client.request` gets: {status, body}
//   posted                    when the app was loaded last, on the page's clock
//   editor                    {type, text} of the reply that is being written
//   notices, routes           what the app announced, and where it led to

import { createAnswers } from "./answers.js";
import { draw, drawPerson, drawScheme, element, followHints } from "./draw.js";
import { appLocation, place, query, route, stage, state, ticket } from "./stage.js";

const PATHS = { tickets: "ticket", users: "user", apps: "dashboard" };
const GUID = "11111111-2222-4333-8444-555555555555";

const app = { origin: "", registered: false, active: true, activatedOnce: false, subscribed: new Map() };
const responses = new Map();

const host = {
  log: [],
  posted: null,
  notices: [],
  routes: [],
  editor: state.editor,
  latency: (ms) => {
    state.latency = ms;
  },
  fail: (path, message) => {
    if (message === null) state.failing.delete(path);
    else state.failing.set(path, message);
  },
  requester(user) {
    state.requester = user;
    drawPerson();
    const who = place === "users" ? "user" : "ticket.requester";
    // Zendesk tells of each field that changed, in no promised order.
    for (const field of ["id", "name", "email", "externalId"])
      emit(`${who}.${field}.changed`, user?.[field] ?? null);
  },
  scheme(scheme) {
    state.scheme = scheme;
    drawScheme();
    emit("colorScheme.changed", scheme);
  },
  emit,
  activate(active) {
    app.active = active;
    emit(active ? "app.activated" : "app.deactivated", active ? { firstLoad: false } : undefined);
    if (appLocation === "nav_bar") emit(active ? "pane.activated" : "pane.deactivated");
  },
  reload: () => load(),
  respond: (url, answer) => responses.set(url, answer),
  subscribed: (event) => (app.subscribed.get(event) ?? 0) > 0,
};
window.host = host;

const { notices, routes } = host;
const answers = createAnswers({ post, guid: GUID, notices, routes, responses });

window.addEventListener("message", (event) => {
  if (event.source !== state.frame?.contentWindow || event.origin !== app.origin) return;
  // Everything comes as text, only replies to hooks as an object.
  const message = typeof event.data === "string" ? parse(event.data) : event.data;
  if (message === null || typeof message !== "object") return;
  host.log.push({ from: "app", message, at: performance.now() });
  if (message.appGuid !== undefined && message.appGuid !== GUID) return;
  hear(message);
});

function hear(message) {
  const { key = "", id: asked, request, params } = message;
  if (key === "iframe.handshake") return register();
  if (key.startsWith("iframe.on:") || key.startsWith("iframe.off:")) return subscribe(key, message.message);
  if (key.startsWith("request:")) return later(() => answers.answerRequest(key, message.message));
  if (request === "get") return later(() => post({ id: asked, result: answers.readAll(params) }));
  if (request === "set") return later(() => post({ id: asked, result: answers.setAll(params) }));
  if (request === "invoke") return later(() => post({ id: asked, result: answers.invokeAll(params) }));
}

function register() {
  const wanted = query.get("handshake");
  if (wanted === "never" || app.registered) return;
  setTimeout(
    () => {
      app.registered = true;
      post({ key: "zaf.app.registered", message: registration() });
      greet();
      leadOn();
    },
    Number(wanted ?? 0) || state.latency,
  );
}

function registration() {
  return {
    metadata: {
      appId: 12,
      name: "Forestall",
      installationId: stage.installation,
      version: "0.1.0",
      settings: {},
    },
    context: {
      product: "support",
      location: appLocation,
      instanceGuid: GUID,
      account: { subdomain: stage.subdomain },
      ...(place === "tickets" ? { ticketId: ticket.id } : {}),
      ...(place === "users" ? { userId: state.requester.id } : {}),
    },
  };
}

function subscribe(key, message) {
  const name = key.slice(key.indexOf(":") + 1);
  const count = message?.subscriberCount ?? (key.startsWith("iframe.off:") ? 0 : 1);
  app.subscribed.set(name, count);
  if (name === "app.activated" || name === "pane.activated") greet();
  if (name === "app.route.changed") leadOn();
}

/** The rest of the address is the app's own business: it is told once that it can hear of it. */
function leadOn() {
  if (app.registered && route !== "") emit("app.route.changed", { appName: "forestall", appPath: route });
}

/** Zendesk tells a fresh app once that it is in front; only who listens can hear it. */
function greet() {
  if (!app.registered || !app.active || app.activatedOnce || !host.subscribed("app.activated")) return;
  app.activatedOnce = true;
  emit("app.activated", { firstLoad: true });
  if (appLocation === "nav_bar") emit("pane.activated");
}

function emit(event, data) {
  if (!host.subscribed(event) && !host.subscribed("*.changed")) return false;
  post({ key: `zaf.${event}`, message: data ?? null });
  return true;
}

function post(message) {
  host.log.push({ from: "host", message, at: performance.now() });
  state.frame?.contentWindow?.postMessage(JSON.stringify(message), app.origin);
}

function later(work) {
  if (state.latency > 0) setTimeout(work, state.latency);
  else work();
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A form post with a token that counts once, into the frame. */
async function load() {
  const wanted = new URLSearchParams({ location: appLocation, role: query.get("role") ?? "" });
  const token = await (await fetch(`/token?${wanted}`)).text();
  Object.assign(app, { registered: false, activatedOnce: false });
  app.subscribed.clear();
  const address = new URL(`${stage.appUrl}/zendesk/${PATHS[place]}`);
  address.searchParams.set("origin", location.origin);
  address.searchParams.set("app_guid", GUID);
  address.searchParams.set("colorScheme", state.scheme);
  app.origin = address.origin;
  const form = element("form", {
    method: "post",
    action: address.href,
    target: state.frame.name,
    hidden: "",
  });
  form.append(element("input", { name: "token", value: token }));
  document.body.append(form);
  host.posted = performance.now();
  form.submit();
  form.remove();
}

draw(host);
followHints();
await load();
