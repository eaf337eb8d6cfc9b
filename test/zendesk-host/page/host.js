// The page that stands in for Zendesk's agent workspace. Draws a ticket (or a user, or a page of the navigation bar),
// loads the app into a frame by a signed form post, and answers what the app's SDK asks.
//
// Tests drive it through `window.host`:
//   log                       every message, as {from: "app" | "host", message}
//   latency(ms)               how long every answer takes
//   fail(path, message|null)  answers a path or action with an error
//   requester(user)           another requester; the events come as Zendesk sends them, several for one change
//   scheme("dark")            changes the theme, in the page and for the app
//   emit(event, data)         any event, if the app listens to it
//   activate(bool)            the tab comes to the front or goes behind another
//   reload()                  loads the app anew, with a fresh token
//   respond(url, answer)      what `client.request` gets: {status, body}
//   editor                    {type, text} of the reply that is being written
//   notices, routes           what the app announced, and where it led to

const stage = JSON.parse(document.getElementById("stage").textContent);
const query = new URLSearchParams(location.search);
const [, , place = "tickets", id = ""] = location.pathname.split("/");
const LOCATIONS = { tickets: "ticket_sidebar", users: "user_sidebar", apps: "nav_bar" };
const PATHS = { tickets: "ticket", users: "user", apps: "dashboard" };
const appLocation = LOCATIONS[place] ?? "ticket_sidebar";
const GUID = "11111111-2222-4333-8444-555555555555";

const ticket = stage.tickets.find((each) => String(each.id) === id) ?? stage.tickets[0];
const users = new Map(stage.tickets.map(({ requester }) => [String(requester.id), requester]));

const state = {
  latency: Number(query.get("latency") ?? 0),
  failing: new Map(query.getAll("fail").map((path) => [path, "This is not available right now."])),
  requester: place === "users" ? (users.get(id) ?? ticket.requester) : ticket.requester,
  scheme: query.get("scheme") === "dark" ? "dark" : "light",
  subscribed: new Map(),
  active: true,
  activatedOnce: false,
  registered: false,
  responses: new Map(),
  modals: new Map(),
};

const host = {
  log: [],
  editor: { type: "publicReply", text: "" },
  notices: [],
  routes: [],
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
    state.active = active;
    emit(active ? "app.activated" : "app.deactivated", active ? { firstLoad: false } : undefined);
    if (appLocation === "nav_bar") emit(active ? "pane.activated" : "pane.deactivated");
  },
  reload: () => load(),
  respond: (url, answer) => state.responses.set(url, answer),
  subscribed: (event) => (state.subscribed.get(event) ?? 0) > 0,
};
window.host = host;

// ---- the protocol

let frame;
let appOrigin = "";

window.addEventListener("message", (event) => {
  if (event.source !== frame?.contentWindow || event.origin !== appOrigin) return;
  // Everything comes as text, only replies to hooks as an object.
  const message = typeof event.data === "string" ? parse(event.data) : event.data;
  if (message === null || typeof message !== "object") return;
  host.log.push({ from: "app", message });
  if (message.appGuid !== undefined && message.appGuid !== GUID) return;
  hear(message);
});

function hear(message) {
  const { key = "", id: asked, request, params } = message;
  if (key === "iframe.handshake") return register();
  if (key.startsWith("iframe.on:") || key.startsWith("iframe.off:")) return subscribe(key, message.message);
  if (key.startsWith("request:")) return later(() => answerRequest(key, message.message));
  if (request === "get") return later(() => post({ id: asked, result: readAll(params) }));
  if (request === "set") return later(() => post({ id: asked, result: setAll(params) }));
  if (request === "invoke") return later(() => post({ id: asked, result: invokeAll(params) }));
}

function register() {
  const wanted = query.get("handshake");
  if (wanted === "never" || state.registered) return;
  const answer = () => {
    state.registered = true;
    post({
      key: "zaf.app.registered",
      message: {
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
      },
    });
    greet();
  };
  setTimeout(answer, Number(wanted ?? 0) || state.latency);
}

function subscribe(key, message) {
  const name = key.slice(key.indexOf(":") + 1);
  state.subscribed.set(
    name,
    key.startsWith("iframe.off:") ? (message?.subscriberCount ?? 0) : (message?.subscriberCount ?? 1),
  );
  if (name === "app.activated" || name === "pane.activated") greet();
}

/** Zendesk tells a fresh app once that it is in front; only who listens can hear it. */
function greet() {
  if (!state.registered || !state.active || state.activatedOnce || !host.subscribed("app.activated")) return;
  state.activatedOnce = true;
  emit("app.activated", { firstLoad: true });
  if (appLocation === "nav_bar") emit("pane.activated");
}

function emit(event, data) {
  if (!host.subscribed(event) && !host.subscribed("*.changed")) return false;
  post({ key: `zaf.${event}`, message: data ?? null });
  return true;
}

function post(message) {
  host.log.push({ from: "host", message });
  frame?.contentWindow?.postMessage(JSON.stringify(message), appOrigin);
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

// ---- what the app may read, write and do

function world() {
  const person = state.requester;
  const user = person && {
    id: person.id,
    name: person.name,
    email: person.email,
    externalId: person.externalId,
    role: person.role ?? "end-user",
    locale: person.locale ?? "en-US",
    timeZone: { name: "UTC", offset: 0 },
    organizations: person.organization ? [{ id: 1, name: person.organization }] : [],
  };
  return {
    currentUser: { groups: [], timeZone: { name: "UTC" }, locale: "en-US", ...stage.agent },
    currentAccount: { subdomain: stage.subdomain, planName: "Suite" },
    colorScheme: state.scheme,
    instances: { [GUID]: { location: appLocation } },
    "viewport.size": { width: innerWidth, height: innerHeight },
    ...(place === "users" ? { user } : {}),
    ...(place === "tickets"
      ? {
          ticket: {
            id: ticket.id,
            subject: ticket.subject,
            status: ticket.status,
            createdAt: ticket.createdAt,
            tags: ticket.tags,
            brand: { id: 1, name: "Acme" },
            organization: user?.organizations[0] ?? null,
            requester: user,
            comment: { ...host.editor },
          },
          comment: { ...host.editor },
        }
      : {}),
  };
}

function readAll(paths) {
  const result = { errors: {} };
  const all = world();
  for (const path of paths) {
    const failure = failureOf(path);
    const value = failure === null ? valueAt(all, path) : undefined;
    if (failure !== null) result.errors[path] = failure;
    else if (value === undefined) result.errors[path] = apiError(path, "is not a recognized API");
    else result[path] = value;
  }
  return result;
}

function valueAt(all, path) {
  if (path in all) return all[path];
  let value = all;
  for (const part of path.split(".")) {
    if (value === null) return null;
    value = value?.[part];
  }
  return value;
}

function setAll(values) {
  const result = { errors: {} };
  for (const [path, value] of Object.entries(values)) {
    const failure = failureOf(path);
    if (failure !== null) result.errors[path] = failure;
    else if (/^(ticket\.)?comment\.(text|type)$/.test(path)) {
      host.editor[path.endsWith("type") ? "type" : "text"] = value;
      result[path] = value;
    } else result.errors[path] = apiError(path, "cannot be set");
  }
  drawEditor();
  return result;
}

const ACTIONS = {
  resize: ({ height } = {}) => {
    if (appLocation !== "nav_bar") frame.style.height = typeof height === "number" ? `${height}px` : height;
    return null;
  },
  notify: (message, kind = "notice") => {
    host.notices.push({ message, kind });
    drawNotice(message, kind);
    return null;
  },
  routeTo: (...where) => {
    host.routes.push(where);
    return null;
  },
  "comment.appendText": (text) => {
    host.editor.text += text;
    drawEditor();
    return null;
  },
  "ticket.comment.appendText": (text) => ACTIONS["comment.appendText"](text),
  track: () => null,
  "instances.create": ({ url, size = {} } = {}) => [{ instanceGuid: openModal(url, size) }],
  destroy: () => {
    closeModals();
    return null;
  },
};

function invokeAll(calls) {
  const result = { errors: {} };
  for (const [name, args] of Object.entries(calls)) {
    const failure = failureOf(name);
    if (failure !== null) result.errors[name] = failure;
    else if (Object.hasOwn(ACTIONS, name)) result[name] = ACTIONS[name](...args);
    else result.errors[name] = apiError(name, "is not a recognized action");
  }
  return result;
}

function failureOf(path) {
  const message = state.failing.get(path);
  return message === undefined ? null : apiError(path, message);
}

const apiError = (path, message) => ({ name: "ApiError", message, path });

function answerRequest(key, options) {
  const url = typeof options === "string" ? options : options?.url;
  const { status = 404, body = { error: "RecordNotFound" } } = state.responses.get(url) ?? {};
  const text = JSON.stringify(body);
  const like = { status, statusText: String(status), responseText: text, responseJSON: body, headers: {} };
  if (status < 400) post({ key: `zaf.${key}.done`, message: { responseArgs: [body, "success", like] } });
  else post({ key: `zaf.${key}.fail`, message: { responseArgs: [like, "error", String(status)] } });
}

function openModal(url, { width = "600px", height = "400px" }) {
  const guid = crypto.randomUUID();
  const dialog = element("dialog", { class: "modal" });
  const inner = element("iframe", { title: "Modal" });
  inner.style.width = width;
  inner.style.height = height;
  inner.src = `${url}${url.includes("?") ? "&" : "?"}origin=${encodeURIComponent(location.origin)}&app_guid=${guid}`;
  dialog.append(inner);
  document.body.append(dialog);
  dialog.showModal();
  dialog.addEventListener("close", () => {
    dialog.remove();
    state.modals.delete(guid);
    post({ key: "zaf.modal.close", message: null, instanceGuid: guid });
  });
  state.modals.set(guid, dialog);
  return guid;
}

function closeModals() {
  for (const dialog of state.modals.values()) dialog.close();
}

// ---- loading the app

async function load() {
  const wanted = new URLSearchParams({ location: appLocation, role: query.get("role") ?? "" });
  const token = await (await fetch(`/token?${wanted}`)).text();
  Object.assign(state, { registered: false, activatedOnce: false });
  state.subscribed.clear();
  const address = new URL(`${stage.appUrl}/zendesk/${PATHS[place] ?? "ticket"}`);
  address.searchParams.set("origin", location.origin);
  address.searchParams.set("app_guid", GUID);
  address.searchParams.set("colorScheme", state.scheme);
  appOrigin = address.origin;
  const form = element("form", { method: "post", action: address.href, target: frame.name, hidden: "" });
  form.append(element("input", { name: "token", value: token }));
  document.body.append(form);
  form.submit();
  form.remove();
}

// ---- what it looks like

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const find = (selector) => document.querySelector(selector);

function draw() {
  const width = `${Number(query.get("width") ?? 320)}px`;
  frame = element("iframe", {
    name: "forestall-app",
    id: "app",
    title: "Forestall",
    allow: "clipboard-write",
  });
  const panel = element(
    "aside",
    { class: "apps", "aria-label": "Apps" },
    element("h2", {}, "Forestall"),
    frame,
  );
  if (appLocation !== "nav_bar") panel.style.width = width;
  document.body.dataset.place = place;
  document.body.append(rail(), ...(appLocation === "nav_bar" ? [] : [facts(), conversation()]), panel);
  if (query.get("bare") !== "1") document.body.append(controls());
  drawScheme();
  drawPerson();
  drawEditor();
}

function rail() {
  const first = stage.tickets[0];
  const links = [
    ["Tickets", `/agent/tickets/${first.id}`],
    ["People", `/agent/users/${first.requester.id}`],
    ["Forestall", "/agent/apps/forestall"],
  ];
  return element(
    "nav",
    { class: "rail", "aria-label": "Products" },
    ...links.map(([text, href]) => element("a", { href }, text)),
  );
}

function facts() {
  const side = element("section", { class: "facts", "aria-label": place === "users" ? "User" : "Ticket" });
  side.append(element("h2", {}, place === "users" ? "User" : "Requester"), element("p", { id: "requester" }));
  if (place === "tickets") {
    const words = {
      Status: ticket.status,
      Tags: ticket.tags.join(", ") || "none",
      Assignee: stage.agent.name,
    };
    for (const [name, value] of Object.entries(words)) {
      side.append(element("h3", {}, name), element("p", {}, value));
    }
  }
  return side;
}

function conversation() {
  const main = element("main", { class: "conversation" });
  if (place === "users") {
    main.append(element("h1", {}, state.requester.name), element("p", {}, "No conversation is open."));
    return main;
  }
  main.append(element("h1", {}, ticket.subject), element("p", { class: "where" }, `Ticket #${ticket.id}`));
  for (const { from, at, text } of ticket.conversation) {
    main.append(
      element("article", {}, element("header", {}, element("b", {}, from), ` ${at}`), element("p", {}, text)),
    );
  }
  const editor = element("form", { class: "editor", "aria-label": "Reply" });
  editor.append(
    element("span", { id: "editor-type" }),
    element("textarea", { id: "editor", rows: "5", "aria-label": "Reply" }),
    element("button", { type: "button" }, `Submit as ${ticket.status}`),
  );
  editor.querySelector("textarea").addEventListener("input", ({ target }) => {
    host.editor.text = target.value;
  });
  main.append(editor);
  return main;
}

function controls() {
  const box = element("details", { class: "controls" }, element("summary", {}, "Stand-in for Zendesk"));
  const button = (text, act) => {
    const made = element("button", { type: "button" }, text);
    made.addEventListener("click", act);
    box.append(made);
  };
  button("Light or dark", () => host.scheme(state.scheme === "dark" ? "light" : "dark"));
  button("Load the app anew", () => host.reload());
  button("Answers take 2 s, or none", () => host.latency(state.latency === 0 ? 2_000 : 0));
  for (const user of users.values()) button(`Requester: ${user.name}`, () => host.requester(user));
  return box;
}

function drawPerson() {
  const shown = find("#requester");
  if (shown === null) return;
  const { name = "Nobody", email, organization } = state.requester ?? {};
  shown.replaceChildren(
    ...[name, email ?? "no email", organization ?? ""].flatMap((line) => [line, element("br")]),
  );
}

function drawEditor() {
  const field = find("#editor");
  if (field === null) return;
  field.value = host.editor.text;
  find("#editor-type").textContent = host.editor.type === "internalNote" ? "Internal note" : "Public reply";
  find(".editor").dataset.type = host.editor.type;
}

function drawScheme() {
  document.documentElement.dataset.scheme = state.scheme;
}

function drawNotice(message, kind) {
  const notice = element("p", { class: `notice ${kind}`, role: "status" }, message);
  document.body.append(notice);
  setTimeout(() => notice.remove(), 5_000);
}

draw();
await load();
