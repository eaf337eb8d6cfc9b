// What the page looks like: a ticket in a help desk, plain enough to leave the eye to the app.

import { pathTo, place, query, stage, state, ticket, users } from "./stage.js";

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const find = (selector) => document.querySelector(selector);

function button(text, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

/** @param host what the buttons call */
export function draw(host) {
  state.frame = element("iframe", {
    name: "forestall-app",
    id: "app",
    title: "Forestall",
    allow: "clipboard-write",
  });
  const panel = element("aside", { class: "apps", "aria-label": "Apps" });
  panel.append(element("h2", {}, "Forestall"), state.frame);
  if (query.has("width")) panel.style.flexBasis = `${Number(query.get("width"))}px`;
  const parts = place === "apps" ? [] : [list(), facts(), conversation()];
  document.body.dataset.place = place;
  if (query.get("bare") !== "1") document.body.append(bar(host));
  document.body.append(element("div", { class: "desk" }, rail(), ...parts, panel));
  drawScheme();
  drawPerson();
  drawEditor();
}

function bar(host) {
  const menu = element("div", { class: "menu" });
  const more = element("details", { class: "more" }, element("summary", {}, "More"), menu);
  menu.addEventListener("click", () => {
    more.open = false;
  });
  menu.append(
    button("Load the app anew", () => host.reload()),
    button("Answers take 2 s, or none", () => host.latency(state.latency === 0 ? 2_000 : 0)),
  );
  if (place === "tickets") {
    const others = [...users.values()].map((user) =>
      button(`Change requester to ${user.name}`, () => host.requester(user)),
    );
    menu.append(...others);
  }
  return element(
    "header",
    { class: "bar" },
    element("p", {}, "Stand-in for Zendesk, with invented customers. The app in it is the real one."),
    ...(stage.trouble && place !== "apps" ? [troubleButton()] : []),
    button("", () => host.scheme(state.scheme === "dark" ? "light" : "dark"), { id: "theme" }),
    more,
  );
}

function troubleButton() {
  const made = button("Let something go wrong for them", async () => {
    made.disabled = true;
    const asked = fetch(`/trouble/${state.requester?.id}`, { method: "POST" });
    const { done } = await asked.then((answer) => answer.json()).catch(() => ({}));
    if (done !== true) drawNotice("They do not use the product, so nothing can go wrong there.", "notice");
    made.disabled = false;
  });
  return made;
}

function rail() {
  const first = stage.tickets[0];
  const links = [
    ["tickets", "Tickets", `/agent/tickets/${first.id}`],
    ["users", "People", `/agent/users/${state.requester?.id ?? first.requester.id}`],
    ["apps", "Forestall", "/agent/apps/forestall"],
  ];
  const made = element("nav", { class: "rail", "aria-label": "Products" });
  for (const [where, text, href] of links) made.append(link(text, href, where === place));
  return made;
}

/** The theme may change before it is followed. */
function link(content, path, current) {
  const made = element("a", { href: pathTo(path), ...(current ? { "aria-current": "page" } : {}) });
  made.append(...[content].flat());
  made.addEventListener("click", () => made.setAttribute("href", pathTo(path)));
  return made;
}

function list() {
  const made = element("nav", { class: "list", "aria-label": place === "users" ? "People" : "Tickets" });
  made.append(element("h2", {}, place === "users" ? "People" : "Your unsolved tickets"));
  for (const { id, subject, requester, hint = "" } of stage.tickets) {
    const [path, title, below] =
      place === "users"
        ? [`/agent/users/${requester.id}`, requester.name, requester.organization ?? "no organization"]
        : [`/agent/tickets/${id}`, subject, requester.name];
    const current = place === "users" ? requester.id === state.requester?.id : id === ticket.id;
    const lines = [element("b", {}, title), element("span", {}, below)];
    if (hint !== "") lines.push(element("i", { "data-ticket": id }, hint));
    made.append(link(lines, path, current));
  }
  return made;
}

/** What is said of the requesters changes while the page is open. */
export function followHints() {
  if (stage.tickets.every(({ hint = "" }) => hint === "")) return;
  setInterval(async () => {
    if (document.hidden) return;
    const hints = await fetch("/hints").then(
      (answer) => answer.json(),
      () => ({}),
    );
    for (const shown of document.querySelectorAll("[data-ticket]"))
      shown.textContent = hints[shown.dataset.ticket] ?? shown.textContent;
  }, 5_000);
}

function facts() {
  const isUser = place === "users";
  const side = element("section", { class: "facts", "aria-label": isUser ? "User" : "Ticket" });
  side.append(element("h3", {}, isUser ? "User" : "Requester"), element("p", { id: "requester" }));
  if (isUser) return side;
  const words = {
    Assignee: stage.agent.name,
    Status: ticket.status,
    Tags: ticket.tags.join(", ") || "none",
    Opened: new Date(ticket.createdAt).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" }),
  };
  for (const [name, value] of Object.entries(words))
    side.append(element("h3", {}, name), element("p", {}, value));
  return side;
}

function conversation() {
  const main = element("main", { class: "conversation" });
  if (place === "users") {
    main.append(element("h1", {}, state.requester.name), element("p", {}, "No conversation is open."));
    return main;
  }
  main.append(element("h1", {}, ticket.subject), element("p", { class: "where" }, `Ticket #${ticket.id}`));
  const said = element("div", { class: "said" });
  for (const { from, at, text } of ticket.conversation)
    said.append(
      element("article", {}, element("header", {}, element("b", {}, from), ` ${at}`), element("p", {}, text)),
    );
  main.append(said, editor());
  return main;
}

function editor() {
  const made = element("form", { class: "editor", "aria-label": "Reply" });
  made.append(
    element("span", { id: "editor-type" }),
    element("textarea", { id: "editor", rows: "5", "aria-label": "Reply" }),
    element("button", { type: "button" }, `Submit as ${ticket.status}`),
  );
  made.querySelector("textarea").addEventListener("input", ({ target }) => {
    state.editor.text = target.value;
  });
  return made;
}

export function drawPerson() {
  const shown = find("#requester");
  if (shown === null) return;
  const { name = "Nobody", email, organization } = state.requester ?? {};
  const lines = [name, email ?? "no email address", organization ?? "no organization"];
  shown.replaceChildren(...lines.flatMap((line) => [line, element("br")]));
}

export function drawEditor() {
  const field = find("#editor");
  if (field === null) return;
  field.value = state.editor.text;
  find("#editor-type").textContent = state.editor.type === "internalNote" ? "Internal note" : "Public reply";
  find(".editor").dataset.type = state.editor.type;
}

export function drawScheme() {
  document.documentElement.dataset.scheme = state.scheme;
  const theme = find("#theme");
  if (theme !== null) theme.textContent = state.scheme === "dark" ? "Light theme" : "Dark theme";
}

export function drawNotice(message, kind) {
  const notice = element("p", { class: `notice ${kind}`, role: "status" }, message);
  document.body.append(notice);
  setTimeout(() => notice.remove(), 5_000);
}

const modals = new Map();

/** @returns the instance's number */
export function openModal(url, { width = "600px", height = "400px" }, post) {
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
    modals.delete(guid);
    post({ key: "zaf.modal.close", message: null, instanceGuid: guid });
  });
  modals.set(guid, dialog);
  return guid;
}

export function closeModals() {
  for (const dialog of modals.values()) dialog.close();
}
