import { Agent as HttpAgent, type AgentOptions as HttpAgentOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import { type Address, checkOutbound, type Resolve } from "./outbound-url.ts";

/**
 * One connection to a provider, for one request. It goes to the address that was checked and to no other, and it
 * remembers whether it came about: as long as it did not, the request cannot have been read by anybody, so the
 * message may be sent again. Connections are not kept for a second request, because one that the other side has
 * just closed looks the same as one that broke after the message was taken.
 */
export interface Line {
  /** Scheme, host and port, without a slash at the end; then the path, if there is one. */
  readonly base: string;
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  /** Whether the other side may have read anything. */
  reached(): boolean;
  close(): void;
}

export interface Outbound {
  /** @throws RefusedUrl, or the error of the look-up */
  open(base: string): Promise<Line>;
}

export function createOutbound(options: {
  readonly allowLoopback: boolean;
  readonly resolve?: Resolve;
}): Outbound {
  return {
    async open(base) {
      const { url, pinned } = await checkOutbound(base, options);
      return lineTo(url, pinned);
    },
  };
}

function lineTo(url: URL, pinned: Address): Line {
  let reached = false;
  const onReached = () => {
    reached = true;
  };
  const settings = { keepAlive: false, lookup: always(pinned) };
  const httpAgent = new WatchedHttp(settings, onReached);
  const httpsAgent = new WatchedHttps(settings, onReached);
  return {
    base: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    httpAgent,
    httpsAgent,
    reached: () => reached,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** Node asks for one address or for all, depending on whether it wants to race address families. */
function always({ address, family }: Address): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

type Connect = Parameters<HttpAgent["createConnection"]>;

class WatchedHttp extends HttpAgent {
  readonly #onReached: () => void;
  constructor(settings: HttpAgentOptions, onReached: () => void) {
    super(settings);
    this.#onReached = onReached;
  }
  override createConnection(...args: Connect): Duplex | null | undefined {
    return watch(super.createConnection(...args), "connect", this.#onReached);
  }
}

/** Over TLS nothing of the request leaves before the handshake is done. */
class WatchedHttps extends HttpsAgent {
  readonly #onReached: () => void;
  constructor(settings: HttpAgentOptions, onReached: () => void) {
    super(settings);
    this.#onReached = onReached;
  }
  override createConnection(...args: Parameters<HttpsAgent["createConnection"]>): Duplex | null | undefined {
    return watch(super.createConnection(...args), "secureConnect", this.#onReached);
  }
}

function watch<T extends Duplex | null | undefined>(socket: T, event: string, then: () => void): T {
  socket?.once(event, then);
  return socket;
}
