import type { Tenancy, TenancyChange } from "../contract.ts";
import { readRole } from "../shapes/columns.ts";
import {
  readChannel,
  readIdentitySecret,
  readSource,
  writeChannel,
  writeIdentitySecret,
  writeSource,
} from "../shapes/connections.ts";
import { readLibrary, writeLibrary } from "../shapes/library.ts";
import type { Base } from "./base.ts";
import { opened } from "./sealed.ts";

/** What is wrapped with the server's key: nothing of it can be read in the file. */
const secretPlace = (tenant: string) => [tenant, "identity-secret"] as const;
const sourcePlace = (tenant: string, system: string, id: string) => [tenant, "source", system, id] as const;
const channelPlace = (tenant: string, kind: string) => [tenant, "channel", kind] as const;

type Sealed = { readonly tenant: string; readonly sealed: Uint8Array };
type SourceColumns = Sealed & {
  readonly system: string;
  readonly id: string;
  readonly created_at: number;
  readonly last_received_at: number | null;
};

/** Asked about all tenants, the others are answered; asked about one, it has to be known that something is missing. */
function passing({ unreadable }: Base, tenant: string | undefined) {
  return <Row, Kept>(rows: readonly Row[], read: (row: Row) => Kept): readonly Kept[] =>
    tenant === undefined ? unreadable.among(rows, read) : rows.map((row) => unreadable.only(() => read(row)));
}

export function administration(base: Base): Tenancy {
  return { ...tenantRows(base), ...sourceRows(base), ...channelRows(base), ...libraries(base) };
}

/** Inside a transaction: makes the change, and answers how many rows that changed. */
export function tenancyWriter({ connection, names, vault }: Base): (change: TenancyChange) => number {
  const keepToken = connection.query(
    `INSERT INTO tokens (tenant, id, role, label, hash, created_at, expires_at, revoked_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET
       role = excluded.role, label = excluded.label, hash = excluded.hash,
       expires_at = excluded.expires_at, revoked_at = excluded.revoked_at`,
  );
  const keepSource = connection.query(
    `INSERT INTO sources (tenant, system, id, sealed, created_at, last_received_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, system, id) DO UPDATE SET
       sealed = excluded.sealed,
       last_received_at = coalesce(max(last_received_at, excluded.last_received_at),
         last_received_at, excluded.last_received_at)`,
  );
  const removeSource = connection.query("DELETE FROM sources WHERE tenant = ? AND system = ? AND id = ?");
  const keepChannel = connection.query(
    `INSERT INTO channels (tenant, kind, system, sealed) VALUES (?, ?, ?, ?)
     ON CONFLICT (tenant, kind) DO UPDATE SET system = excluded.system, sealed = excluded.sealed`,
  );
  return (change) => {
    switch (change.kind) {
      case "token": {
        const { tenant, id, role, label, hash, createdAt, expiresAt, revokedAt } = change.row;
        return keepToken.run(
          ...[names.giveTenant(tenant), id, role, label, hash, createdAt, expiresAt, revokedAt],
        );
      }
      case "source": {
        const { tenant, system, id, settings, secrets, createdAt, lastReceivedAt } = change.row;
        const sealed = vault.wrapJson(sourcePlace(tenant, system, id), writeSource({ settings, secrets }));
        return keepSource.run(names.giveTenant(tenant), system, id, sealed, createdAt, lastReceivedAt);
      }
      case "source_removed": {
        const { tenant, system, id } = change.row;
        return removeSource.run(names.tenant(tenant), system, id);
      }
      case "channel": {
        const { tenant, kind, system, settings } = change.row;
        const sealed = vault.wrapJson(channelPlace(tenant, kind), writeChannel(settings));
        return keepChannel.run(names.giveTenant(tenant), kind, system, sealed);
      }
    }
  };
}

function tenantRows(base: Base): Pick<Tenancy, "tenants" | "createTenant" | "tokens" | "saveToken"> {
  const { connection, names, vault, unreadable } = base;
  const all = connection.query<{ id: string; created_at: number; identity_secret: Uint8Array }>(
    `SELECT n.id, t.created_at, t.identity_secret FROM tenants t
     JOIN tenant_numbers n ON n.no = t.tenant ORDER BY t.created_at, n.id`,
  );
  const insert = connection.query(
    "INSERT INTO tenants (tenant, created_at, identity_secret) VALUES (?, ?, ?)",
  );
  const allTokens = connection.query<TokenColumns>(
    `SELECT n.id AS tenant, t.id, t.role, t.label, t.hash, t.created_at, t.expires_at, t.revoked_at
     FROM tokens t JOIN tenant_numbers n ON n.no = t.tenant ORDER BY t.created_at, t.id`,
  );
  const write = tenancyWriter(base);
  return {
    async tenants() {
      return all.all().map(({ id, created_at: createdAt, identity_secret: wrapped }) => {
        const identitySecret = readIdentitySecret(
          opened(`tenant ${id}`, () => vault.unwrapJson(secretPlace(id), wrapped)),
          `tenant ${id}`,
        );
        return { id, createdAt, identitySecret };
      });
    },
    async createTenant({ id, createdAt, identitySecret }, tokens) {
      connection.write(() => {
        const secret = vault.wrapJson(secretPlace(id), writeIdentitySecret(identitySecret));
        insert.run(names.giveTenant(id), createdAt, secret);
        for (const row of tokens) write({ kind: "token", row });
      });
    },
    async tokens() {
      return unreadable.among(allTokens.all(), ({ created_at, expires_at, revoked_at, ...row }) => ({
        tenant: row.tenant,
        id: row.id,
        role: readRole(row.role, () => `token ${row.id}`),
        label: row.label,
        hash: row.hash,
        createdAt: created_at,
        expiresAt: expires_at,
        revokedAt: revoked_at,
      }));
    },
    async saveToken(row) {
      connection.write(() => void write({ kind: "token", row }));
    },
  };
}

interface TokenColumns {
  readonly tenant: string;
  readonly id: string;
  readonly role: string;
  readonly label: string;
  readonly hash: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}

function sourceRows(base: Base): Pick<Tenancy, "sources" | "saveSource" | "removeSource"> {
  const { connection, vault } = base;
  const select = (where: string) =>
    connection.query<SourceColumns>(
      `SELECT n.id AS tenant, s.system, s.id, s.sealed, s.created_at, s.last_received_at
       FROM sources s JOIN tenant_numbers n ON n.no = s.tenant ${where} ORDER BY n.id, s.system, s.id`,
    );
  const all = select("");
  const ofTenant = select("WHERE n.id = ?");
  const write = tenancyWriter(base);
  return {
    async sources(tenant) {
      const rows = tenant === undefined ? all.all() : ofTenant.all(tenant);
      return passing(base, tenant)(rows, (row) => {
        const { tenant: of, system, id, created_at: createdAt, last_received_at: lastReceivedAt } = row;
        const where = `source ${system} ${id} of ${of}`;
        const sealed = opened(where, () => vault.unwrapJson(sourcePlace(of, system, id), row.sealed));
        const { settings, secrets } = readSource(sealed, where);
        return { tenant: of, system, id, settings, secrets, createdAt, lastReceivedAt };
      });
    },
    async saveSource(row) {
      connection.write(() => void write({ kind: "source", row }));
    },
    async removeSource(tenant, system, id) {
      return connection.write(() => write({ kind: "source_removed", row: { tenant, system, id } })) === 1;
    },
  };
}

function channelRows(base: Base): Pick<Tenancy, "channels" | "saveChannel"> {
  const { connection, vault } = base;
  const select = (where: string) =>
    connection.query<Sealed & { kind: string; system: string }>(
      `SELECT n.id AS tenant, c.kind, c.system, c.sealed FROM channels c
       JOIN tenant_numbers n ON n.no = c.tenant ${where} ORDER BY n.id, c.kind`,
    );
  const all = select("");
  const ofTenant = select("WHERE n.id = ?");
  const write = tenancyWriter(base);
  return {
    async channels(tenant) {
      const rows = tenant === undefined ? all.all() : ofTenant.all(tenant);
      return passing(base, tenant)(rows, ({ tenant: of, kind, system, sealed }) => {
        const where = `${kind} of ${of}`;
        const content = opened(where, () => vault.unwrapJson(channelPlace(of, kind), sealed));
        const settings = readChannel(content, where);
        return { tenant: of, kind, system, settings };
      });
    },
    async saveChannel(row) {
      connection.write(() => void write({ kind: "channel", row }));
    },
  };
}

function libraries({ connection }: Base): Pick<Tenancy, "libraryContent" | "saveLibraryContent"> {
  const select = connection.query<{ content: string }>(
    "SELECT l.content FROM libraries l WHERE l.version = ?",
  );
  const insert = connection.query(
    "INSERT INTO libraries (version, content) VALUES (?, ?) ON CONFLICT (version) DO NOTHING",
  );
  return {
    async libraryContent(version) {
      const found = select.get(version);
      return found === undefined ? null : readLibrary(found.content, `library ${version}`);
    },
    async saveLibraryContent(version, patterns) {
      connection.write(() => insert.run(version, writeLibrary(patterns)));
    },
  };
}
