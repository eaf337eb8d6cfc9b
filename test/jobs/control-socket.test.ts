import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CallFailed,
  type ControlServer,
  callControl,
  type Handlers,
  ServerNotRunning,
  serveControl,
  socketPathOf,
} from "../../server/jobs/control-socket.ts";
import { PlainError } from "../../server/lib/errors.ts";
import { silentLogger } from "../../server/lib/log.ts";

let folder: string;
let path: string;
let servers: ControlServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forestall-socket-"));
  path = socketPathOf(folder);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

async function serve(handlers: Handlers): Promise<ControlServer> {
  const server = await serveControl({ path, handlers, log: silentLogger });
  servers.push(server);
  return server;
}

/** Sends bytes as they are and answers the first line that comes back. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => socket.write(text));
    socket.on("data", (data) => {
      resolve(data.toString().trim());
      socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed")));
  });
}

describe("the control socket", () => {
  it("carries a command to the server and its result back", async () => {
    await serve({ add: (params) => (params as number[]).reduce((sum, n) => sum + n, 0) });

    expect(await callControl({ path, method: "add", params: [1, 2, 3] })).toBe(6);
  });

  it("is open to its owner alone", async () => {
    await serve({});

    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("tells a refusal in the server's own words", async () => {
    await serve({
      pause: () => {
        throw new PlainError("There is no tenant called acme.");
      },
    });

    const call = callControl({ path, method: "pause" });

    await expect(call).rejects.toThrow(PlainError);
    await expect(call).rejects.toThrow("There is no tenant called acme.");
  });

  it("says nothing of what went wrong inside", async () => {
    await serve({
      pause: () => {
        throw new Error("SQLITE_CORRUPT at /data/forestall.db");
      },
    });

    const call = callControl({ path, method: "pause" });

    await expect(call).rejects.toThrow(CallFailed);
    await expect(call).rejects.toThrow("The command failed; the server's log says why.");
  });

  it("names a command that the server does not know, also one that every object has", async () => {
    await serve({});

    await expect(callControl({ path, method: "toString" })).rejects.toThrow(
      "does not know the command toString. `forestall serve` runs as another version than this command: restart",
    );
  });

  it.each(["{}", '{"jsonrpc":"2.0","id":1,"outcome":7}', "HTTP/1.1 400 Bad Request"])(
    "says of the answer %s of another version that the server has to be restarted",
    async (answer) => {
      const other = createServer((socket) => socket.on("data", () => socket.write(`${answer}\n`)));
      await new Promise<void>((resolve) => other.listen(path, resolve));

      const call = callControl({ path, method: "pause" });

      await expect(call).rejects.toThrow(PlainError);
      await expect(call).rejects.toThrow("restart the server");
      other.close();
    },
  );

  it("reports progress while a long command works", async () => {
    await serve({
      import: async (_params, { progress }) => {
        for (const part of [10, 20]) progress(part);
        return "done";
      },
    });
    const heard: unknown[] = [];

    const result = await callControl({ path, method: "import", onProgress: (value) => heard.push(value) });

    expect(heard).toEqual([10, 20]);
    expect(result).toBe("done");
  });

  it("lets a command stop when its caller hangs up", async () => {
    const aborted = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    await serve({
      import: (_params, { signal }) => {
        signal.addEventListener("abort", () => aborted.resolve());
        began.resolve();
        return new Promise(() => {});
      },
    });
    const socket = createConnection(path, () => {
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "import" })}\n`);
    });
    await began.promise;

    socket.destroy();

    await expect(aborted.promise).resolves.toBeUndefined();
  });

  it("serves many callers at once", async () => {
    await serve({ echo: (params) => params });

    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        callControl({ path, method: "echo", params: { i, pad: "x".repeat(5_000) } }),
      ),
    );

    expect(answers.map((answer) => (answer as { i: number }).i)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
  });

  it.each(["rubbish\n", "[]\n", "null\n", '{"method":"add"}\n', '{"id":1}\n'])(
    "answers %j with an error and lives on",
    async (text) => {
      await serve({ add: () => 1 });

      expect(JSON.parse(await sendRaw(text))).toMatchObject({ id: null, error: { code: -32_700 } });
      expect(await callControl({ path, method: "add" })).toBe(1);
    },
  );

  it("says so when no server runs", async () => {
    await expect(callControl({ path, method: "add" })).rejects.toThrow(ServerNotRunning);
  });

  it("says so when the server ends before it answers", async () => {
    const server = createServer((socket) => socket.on("data", () => socket.destroy())).listen(path);

    await expect(callControl({ path, method: "add" })).rejects.toThrow(CallFailed);

    await new Promise((resolve) => server.close(resolve));
  });

  it("gives up waiting when asked to", async () => {
    await serve({ sleep: () => new Promise(() => {}) });

    await expect(callControl({ path, method: "sleep", timeout: 50 })).rejects.toThrow(CallFailed);
  });

  it("refuses to start where a server answers already", async () => {
    await serve({});

    await expect(serveControl({ path, handlers: {}, log: silentLogger })).rejects.toThrow(
      "A server runs on this data folder already.",
    );
  });

  it("replaces the socket of a server that was killed", async () => {
    // Renamed aside and back, the file stays when its server closes: as after a kill.
    await leaveStaleSocket();
    expect(existsSync(path)).toBe(true);
    await expect(callControl({ path, method: "add" })).rejects.toThrow(ServerNotRunning);

    await serve({ add: () => 1 });

    expect(await callControl({ path, method: "add" })).toBe(1);
  });

  it("does not remove a file that is no socket", async () => {
    writeFileSync(path, "precious");

    await expect(serve({})).rejects.toThrow("it is not a socket");
    expect(existsSync(path)).toBe(true);
  });

  it("finds a short place for a folder whose path is too long", async () => {
    const deep = join(folder, "a".repeat(120));

    path = socketPathOf(deep);

    expect(Buffer.byteLength(path)).toBeLessThan(104);
    expect(socketPathOf(deep)).toBe(path);
    expect(socketPathOf(`${deep}b`)).not.toBe(path);
    await serve({ add: () => 1 });
    expect(await callControl({ path, method: "add" })).toBe(1);
  });

  it("takes its file away when it closes", async () => {
    const server = await serve({});

    await server.close();

    expect(existsSync(path)).toBe(false);
  });
});

async function leaveStaleSocket(): Promise<void> {
  const { renameSync } = await import("node:fs");
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once("listening", resolve));
  renameSync(path, `${path}.aside`);
  await new Promise((resolve) => server.close(resolve));
  renameSync(`${path}.aside`, path);
}
