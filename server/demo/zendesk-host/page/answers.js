// What the app may read, write and do.

import { closeModals, drawEditor, drawNotice, openModal } from "./draw.js";
import { appLocation, pathTo, place, stage, state, ticket } from "./stage.js";

/** `post` sends a message to the app; `notices` and `routes` keep what the app announced, and where it led to. */
export function createAnswers({ post, guid, notices, routes, responses }) {
  const actions = {
    resize: ({ height } = {}) => {
      if (appLocation !== "nav_bar")
        state.frame.style.height = typeof height === "number" ? `${height}px` : height;
      return null;
    },
    notify: (message, kind = "notice") => {
      notices.push({ message, kind });
      drawNotice(message, kind);
      return null;
    },
    routeTo: (...where) => {
      routes.push(where);
      lead(where);
      return null;
    },
    "comment.appendText": (text) => {
      state.editor.text += text;
      drawEditor();
      return null;
    },
    "ticket.comment.appendText": (text) => actions["comment.appendText"](text),
    track: () => null,
    "instances.create": ({ url, size = {} } = {}) => [{ instanceGuid: openModal(url, size, post) }],
    destroy: () => {
      closeModals();
      return null;
    },
  };

  function readAll(paths) {
    const result = { errors: {} };
    const all = world(guid);
    for (const path of paths) {
      const failure = failureOf(path);
      const value = failure === null ? valueAt(all, path) : undefined;
      if (failure !== null) result.errors[path] = failure;
      else if (value === undefined) result.errors[path] = apiError(path, "is not a recognized API");
      else result[path] = value;
    }
    return result;
  }

  function setAll(values) {
    const result = { errors: {} };
    for (const [path, value] of Object.entries(values)) {
      const failure = failureOf(path);
      if (failure !== null) result.errors[path] = failure;
      else if (/^(ticket\.)?comment\.(text|type)$/.test(path)) {
        state.editor[path.endsWith("type") ? "type" : "text"] = value;
        result[path] = value;
      } else result.errors[path] = apiError(path, "cannot be set");
    }
    drawEditor();
    return result;
  }

  function invokeAll(calls) {
    const result = { errors: {} };
    for (const [name, args] of Object.entries(calls)) {
      const failure = failureOf(name);
      if (failure !== null) result.errors[name] = failure;
      else if (Object.hasOwn(actions, name)) result[name] = actions[name](...args);
      else result.errors[name] = apiError(name, "is not a recognized action");
    }
    return result;
  }

  function answerRequest(key, options) {
    const url = typeof options === "string" ? options : options?.url;
    const { status = 404, body = { error: "RecordNotFound" } } = responses.get(url) ?? {};
    const text = JSON.stringify(body);
    const like = { status, statusText: String(status), responseText: text, responseJSON: body, headers: {} };
    if (status < 400) post({ key: `zaf.${key}.done`, message: { responseArgs: [body, "success", like] } });
    else post({ key: `zaf.${key}.fail`, message: { responseArgs: [like, "error", String(status)] } });
  }

  return { readAll, setAll, invokeAll, answerRequest };
}

/** Only what is on the stage can be opened, and the app's own page in the navigation bar. */
function lead([kind, id, path = ""]) {
  if (kind === "nav_bar") return location.assign(pathTo(`/agent/apps/${encodeURIComponent(id)}/${path}`));
  const known = stage.tickets.some((each) =>
    kind === "user" ? String(each.requester.id) === String(id) : String(each.id) === String(id),
  );
  if ((kind === "ticket" || kind === "user") && known)
    location.assign(pathTo(`/agent/${kind}s/${encodeURIComponent(id)}`));
  else drawNotice(`Zendesk would open ${kind} ${id ?? ""} now.`, "notice");
}

function world(guid) {
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
    instances: { [guid]: { location: appLocation } },
    "viewport.size": { width: innerWidth, height: innerHeight },
    ...(place === "users" ? { user } : {}),
    ...(place === "tickets" ? ticketIn(user) : {}),
  };
}

function ticketIn(user) {
  const { id, subject, status, createdAt, tags } = ticket;
  const brand = { id: 1, name: "Acme" };
  const organization = user?.organizations[0] ?? null;
  const comment = { ...state.editor };
  return {
    ticket: { id, subject, status, createdAt, tags, brand, organization, requester: user, comment },
    comment,
  };
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

function failureOf(path) {
  const message = state.failing.get(path);
  return message === undefined ? null : apiError(path, message);
}

const apiError = (path, message) => ({ name: "ApiError", message, path });
