import { setTimeout as pause } from "node:timers/promises";

/** Sends bytes to the server over loopback HTTP, as a vendor would. */
export type Post = (
  path: string,
  body: string,
  headers: { readonly [name: string]: string },
) => Promise<void>;

const TRIES = 4;
const SECOND = 1_000;

/**
 * Vendors send again what was not taken; a few times here.
 * @throws Error naming address and status when it is refused for good
 */
export function createPost(url: () => string, signal: AbortSignal): Post {
  return async (path, body, headers) => {
    for (let tries = 1; ; tries++) {
      const answer = await fetch(url() + path, { method: "POST", body, headers, signal });
      await answer.arrayBuffer();
      if (answer.ok) return;
      const again = answer.status === 429 || answer.status >= 500;
      if (!again || tries >= TRIES) throw new Error(`${path} answered ${answer.status}`);
      const after = Number(answer.headers.get("retry-after") ?? 1);
      await pause(Math.min(5, Number.isFinite(after) ? after : 1) * SECOND, undefined, { signal });
    }
  };
}
