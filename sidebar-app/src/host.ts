/**
 * Zendesk around us, through the one global that its script leaves: `ZAFClient`. Everything the app asks of it or
 * hears from it is here, so that a test needs to stand in for these few words only.
 */
interface ZafClient {
  metadata(): Promise<unknown>;
  on(event: string, handler: (data: unknown) => unknown): void;
  get(paths: readonly string[]): Promise<{ readonly [path: string]: unknown }>;
  set(values: { readonly [path: string]: unknown }): Promise<unknown>;
  invoke(name: string, ...values: readonly unknown[]): Promise<unknown>;
}
declare global {
  interface Window {
    ZAFClient?: { init(): ZafClient | false };
  }
}

export interface ZendeskUser {
  /** The number of the Zendesk user; empty for a requester that was typed in just now. */
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
}

/** What the page is about: who, and in which ticket. */
export interface Subject {
  readonly user: ZendeskUser | null;
  readonly ticket: string | null;
  /** When it was opened, where Zendesk says so. */
  readonly ticketAt: string | null;
}

export type Scheme = "light" | "dark";

/** Who sits before the screen. */
export interface Agent {
  readonly locale: string | null;
  readonly scheme: Scheme | null;
  readonly name: string | null;
}

/** Somebody who has a page of their own behind the icon in the navigation bar. */
export interface Place {
  readonly kind: "person" | "account";
  readonly id: string;
}

export interface Host {
  readonly view: "ticket" | "user" | "dashboard";
  /** @throws Error when Zendesk does not answer in time */
  subject(): Promise<Subject>;
  agent(): Promise<Agent>;
  /** The requester is another one now, or another of their names changed. */
  onSubject(listener: () => void): void;
  onScheme(listener: (scheme: Scheme) => void): void;
  /** The tab with this app came to the front, or went behind another. */
  onShown(listener: (shown: boolean) => void): void;
  /** Puts text into the public reply; nothing is sent. */
  insertDraft(text: string): Promise<void>;
  /** Puts text into the internal note; nothing is saved. */
  insertNote(text: string): Promise<void>;
  openTicket(id: string): Promise<void>;
  /** Shows somebody on the app's page in the navigation bar. */
  openPlace(place: Place): Promise<void>;
  /** A link led to somebody's page: `/agent/apps/forestall/account/acme`. */
  onPlace(listener: (place: Place) => void): void;
  resize(height: number): void;
}

/** How long Zendesk may take to answer a question before the page says that it does not. */
const PATIENCE = 5_000;

/** @returns `outside` when the page was opened without Zendesk around it */
export function connectHost(view: Host["view"]): Host | "outside" {
  const client = window.ZAFClient?.init();
  if (client === undefined || client === false) return "outside";
  const who = view === "user" ? "user" : "ticket.requester";
  const insert = async (type: "publicReply" | "internalNote", text: string) => {
    // Without the right place the text must go nowhere: an internal note in a public reply would reach the customer.
    refuse(await inTime(client.set({ "comment.type": type })), "comment.type");
    await inTime(client.invoke("comment.appendText", text));
  };
  return {
    view,
    async subject() {
      const paths = view === "user" ? [who] : [who, "ticket.id", "ticket.createdAt"];
      const answer = await inTime(client.get(paths));
      refuse(answer, who);
      return {
        user: userIn(answer[who]),
        ticket: idIn(answer["ticket.id"]),
        ticketAt: timeIn(answer["ticket.createdAt"]),
      };
    },
    async agent() {
      const answer = await inTime(client.get(["currentUser", "colorScheme"]));
      const user = fieldsOf(answer.currentUser);
      return {
        locale: textIn(user.locale),
        scheme: schemeIn(answer.colorScheme),
        name: textIn(user.name)?.slice(0, 100) ?? null,
      };
    },
    onSubject(listener) {
      for (const field of ["id", "email", "externalId"]) client.on(`${who}.${field}.changed`, listener);
    },
    onScheme(listener) {
      client.on("colorScheme.changed", (data) => {
        const scheme = schemeIn(data);
        if (scheme !== null) listener(scheme);
      });
    },
    onShown(listener) {
      for (const event of ["app.activated", "pane.activated"]) client.on(event, () => listener(true));
      for (const event of ["app.deactivated", "pane.deactivated", "app.willDestroy"]) {
        client.on(event, () => listener(false));
      }
    },
    insertDraft: (text) => insert("publicReply", text),
    insertNote: (text) => insert("internalNote", text),
    async openTicket(id) {
      await inTime(client.invoke("routeTo", "ticket", id));
    },
    async openPlace(place) {
      const { name } = fieldsOf(await inTime(client.metadata()));
      await inTime(client.invoke("routeTo", "nav_bar", routeName(textIn(name)), pathOf(place)));
    },
    onPlace(listener) {
      client.on("app.route.changed", (data) => {
        const place = placeIn(data);
        if (place !== null) listener(place);
      });
    },
    resize(height) {
      // A height that Zendesk does not take leaves the page as it is, and it scrolls.
      client.invoke("resize", { width: "100%", height: `${height}px` }).catch(() => {});
    },
  };
}

/** Asked for several things, Zendesk answers even when one went wrong, and says so beside it. */
function refuse(answer: unknown, path: string): void {
  const error = fieldsOf(fieldsOf(answer).errors)[path];
  if (error !== undefined && error !== null) throw new Error(`Zendesk refuses ${path}`);
}

async function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  let timer: number | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = window.setTimeout(() => reject(new Error("Zendesk does not answer")), PATIENCE);
  });
  return Promise.race([answer, late]).finally(() => window.clearTimeout(timer));
}

function userIn(value: unknown): ZendeskUser | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = fieldsOf(value);
  const user = {
    id: idIn(fields.id) ?? "",
    name: textIn(fields.name),
    email: textIn(fields.email),
    externalId: textIn(fields.externalId),
  };
  return user.id === "" && user.email === null && user.externalId === null ? null : user;
}

const fieldsOf = (value: unknown): { readonly [name: string]: unknown } => ({ ...Object(value) });
const textIn = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const idIn = (value: unknown): string | null => (/^\d{1,20}$/.test(String(value)) ? String(value) : null);

function timeIn(value: unknown): string | null {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** Comes bare or wrapped, depending on who tells it. */
function schemeIn(value: unknown): Scheme | null {
  const found = typeof value === "string" ? value : fieldsOf(value).colorScheme;
  return found === "light" || found === "dark" ? found : null;
}

/** Zendesk's address of an app is its name in small letters, with a dash for what is no letter or digit. */
const routeName = (name: string | null): string =>
  (name ?? "Forestall").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

const pathOf = ({ kind, id }: Place): string => `${kind}/${encodeURIComponent(id)}`;

/** Told bare, or as a field of something: what counts is the path in it. */
function placeIn(data: unknown): Place | null {
  const told = [data, ...Object.values(fieldsOf(data))];
  const paths = told.map((value) => (Array.isArray(value) ? value.join("/") : String(value)));
  const [, kind, id = ""] = PLACE.exec(paths.find((path) => PLACE.test(path)) ?? "") ?? [];
  if (kind !== "person" && kind !== "account") return null;
  try {
    return { kind, id: decodeURIComponent(id) };
  } catch {
    return null;
  }
}

const PLACE = /(?:^|\/)(person|account)\/([^/?#]{1,600})\/?(?:[?#].*)?$/;
