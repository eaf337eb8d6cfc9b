import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type Clock, isFresh, type Timers } from "../../lib/clock.ts";
import { unavailable } from "../problem.ts";
import type { IngestLimits } from "./limits.ts";
import { tooLarge, tooSlow, unreadable, wrongMedia } from "./refusals.ts";

/** The client went away; there is nobody to answer. */
export class Gone extends Error {
  override readonly name = "Gone";
}

export interface Body {
  readonly bytes: Buffer;
  /** To be called when nobody needs the bytes any more. */
  release(): void;
}

const inflate = promisify(gunzip);
const EMPTY = Buffer.alloc(0);
const SWEEP = 1_000;

interface Reading {
  readonly since: number;
  readonly giveUp: () => void;
}

/**
 * Reads bodies, each up to a limit and all together up to another, and gives up on those that take too long. Beyond
 * a limit nothing is kept: the refusal is known before the rest has arrived.
 */
export function createBodyReader(limits: IngestLimits, clock: Clock & Timers) {
  const readings = new Set<Reading>();
  let held = 0;
  let sweeping = false;

  // One timer for all of them: a timer of its own would cost each request more than its parsing.
  const sweep = () => {
    const now = clock.now();
    for (const reading of readings) if (!isFresh(reading.since, now, limits.bodyTime)) reading.giveUp();
    sweeping = readings.size > 0;
    if (sweeping) clock.after(SWEEP, sweep);
  };
  const watch = (reading: Reading) => {
    readings.add(reading);
    if (sweeping) return;
    sweeping = true;
    clock.after(SWEEP, sweep);
  };

  const receive = (request: IncomingMessage, most: number): Promise<Body> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const stop = () => {
        readings.delete(reading);
        request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      };
      const fail = (error: Error) => {
        stop();
        held -= size;
        reject(error);
      };
      const onData = (chunk: Buffer) => {
        size += chunk.length;
        held += chunk.length;
        if (size > most) fail(overLimit(most));
        else if (held > limits.heldBytes) fail(unavailable("Too many bodies at once; send it again.", 1));
        else chunks.push(chunk);
      };
      const onEnd = () => {
        stop();
        const [first = EMPTY] = chunks;
        resolve({
          bytes: chunks.length <= 1 ? first : Buffer.concat(chunks, size),
          release: () => {
            held -= size;
          },
        });
      };
      const onClose = () => fail(new Gone("the client went away"));
      const reading: Reading = { since: clock.now(), giveUp: () => fail(tooSlow()) };
      watch(reading);
      request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    });

  return {
    /** @throws Problem, Gone */
    async read(request: IncomingMessage, most: number): Promise<Body> {
      const compressed = isCompressed(request.headers["content-encoding"]);
      if (Number(request.headers["content-length"] ?? 0) > most) throw overLimit(most);
      const body = await receive(request, most);
      if (!compressed || body.bytes.length === 0) return body;
      try {
        return { ...body, bytes: await unpack(body.bytes, most, limits) };
      } catch (error) {
        body.release();
        throw error;
      }
    },
    get held() {
      return held;
    },
  };
}

function overLimit(most: number) {
  return tooLarge(`The body may hold ${most} bytes at most here.`, most);
}

/** @throws Problem 415 */
function isCompressed(encoding: string | undefined): boolean {
  const name = encoding?.trim().toLowerCase() ?? "identity";
  if (name === "identity" || name === "") return false;
  if (name === "gzip" || name === "x-gzip") return true;
  throw wrongMedia("The body may be plain or compressed with gzip.");
}

/** Never makes more than the limit, and never much more than came: a bomb is refused before it has gone off. */
async function unpack(bytes: Buffer, most: number, limits: IngestLimits): Promise<Buffer> {
  const grown = Math.max(limits.inflateFloor, bytes.length * limits.inflateRatio);
  const maxOutputLength = Math.min(most, grown);
  try {
    return await inflate(bytes, { maxOutputLength });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLarge(`The body may hold ${maxOutputLength} bytes at most when unpacked.`, maxOutputLength);
    }
    throw unreadable("the body is not valid gzip");
  }
}

/**
 * Throws the rest of a refused body away for a moment, so that the sender gets to read why, and then hangs up on
 * those that do not stop sending.
 */
export function discard(request: IncomingMessage, limits: IngestLimits, timers: Timers): void {
  if (request.complete || request.destroyed) return;
  request.on("error", () => undefined);
  request.resume();
  timers.after(limits.lingerTime, () => {
    if (!request.complete) request.socket.destroy();
  });
}
