/**
 * Requests over loopback, with as little work per request as can be: what is measured is the server. A connection
 * carries one request at a time.
 */
import { connect, type Socket } from "node:net";
import { quantile } from "./figures.ts";

export interface Target {
  readonly url: string;
  readonly token: string;
}

export interface Answers {
  /** Milliseconds from writing a request to having its answer. */
  readonly times: number[];
  /** The same for those that `marks` picked out. */
  readonly marked: number[];
  readonly statuses: Map<number, number>;
  /** Seconds from the first request to the last answer. */
  readonly seconds: number;
}

/** The body of the n-th request, and whether its time is to be kept apart. */
export type BodyOf = (n: number) => { readonly body: string; readonly mark?: boolean };

type Media = "event" | "batch";
const MEDIA = { event: "application/cloudevents+json", batch: "application/cloudevents-batch+json" };

interface Pending {
  readonly begun: number;
  readonly mark: boolean;
  done(status: number): void;
}

const END_OF_HEAD = "\r\n\r\n";

class Connection {
  readonly #socket: Socket;
  readonly #head: string;
  #pending: Pending | null = null;
  #read = "";
  #lost: Error | null = null;

  constructor({ url, token }: Target, media: Media) {
    const { hostname, port, host } = new URL(url);
    this.#head = `POST /v1/events HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\ncontent-type: ${MEDIA[media]}\r\n`;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text: string) => this.#take(text));
    this.#socket.on("error", (error) => {
      this.#lost = error;
    });
    this.#socket.on("close", () => {
      this.#lost ??= new Error("the server hung up");
      this.#pending?.done(0);
      this.#pending = null;
    });
  }

  get isFree(): boolean {
    return this.#pending === null;
  }

  send(body: string, pending: Pending): void {
    if (this.#lost !== null) throw this.#lost;
    this.#pending = pending;
    this.#socket.write(`${this.#head}content-length: ${Buffer.byteLength(body)}${END_OF_HEAD}${body}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#read += text;
    const end = this.#read.indexOf(END_OF_HEAD);
    if (end === -1) return;
    const head = this.#read.slice(0, end).toLowerCase();
    const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
    if (this.#read.length < end + END_OF_HEAD.length + length) return;
    this.#read = "";
    const pending = this.#pending;
    this.#pending = null;
    pending?.done(Number(head.slice(9, 12)));
  }
}

function newAnswers() {
  return { times: [] as number[], marked: [] as number[], statuses: new Map<number, number>(), seconds: 0 };
}

function keep(answers: ReturnType<typeof newAnswers>, { begun, mark }: Pending, status: number): void {
  const time = performance.now() - begun;
  answers.times.push(time);
  if (mark) answers.marked.push(time);
  answers.statuses.set(status, (answers.statuses.get(status) ?? 0) + 1);
}

/** Sends as fast as answers come, so many requests at a time, until so many were answered. */
export async function flatOut(
  target: Target,
  {
    media,
    connections,
    requests,
    bodyOf,
  }: { media: Media; connections: number; requests: number; bodyOf: BodyOf },
): Promise<Answers> {
  const answers = newAnswers();
  const sockets = Array.from({ length: connections }, () => new Connection(target, media));
  const start = performance.now();
  let sent = 0;
  await new Promise<void>((resolve) => {
    let open = 0;
    const sendNext = (socket: Connection) => {
      if (sent === requests) {
        if (open === 0) resolve();
        return;
      }
      const { body, mark = false } = bodyOf(sent++);
      open += 1;
      const pending: Pending = {
        begun: performance.now(),
        mark,
        done(status) {
          open -= 1;
          keep(answers, pending, status);
          sendNext(socket);
        },
      };
      socket.send(body, pending);
    };
    for (const socket of sockets) sendNext(socket);
  });
  answers.seconds = (performance.now() - start) / 1_000;
  for (const socket of sockets) socket.close();
  return answers;
}

/** Sends so many a second whether or not the server keeps up; a request that waits for a connection waits in its time. */
export async function atRate(
  target: Target,
  {
    rate,
    seconds,
    connections,
    bodyOf,
  }: { rate: number; seconds: number; connections: number; bodyOf: BodyOf },
): Promise<Answers> {
  const answers = newAnswers();
  const sockets = Array.from({ length: connections }, () => new Connection(target, "event"));
  const free = [...sockets];
  const waiting: (Pending & { readonly body: string })[] = [];
  const start = performance.now();
  const total = Math.round(rate * seconds);
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve) => {
    const dispatch = () => {
      while (free.length > 0 && waiting.length > 0) {
        // In turn: the server hangs up on a connection that says nothing.
        const [socket, request] = [free.shift(), waiting.shift()];
        if (socket === undefined || request === undefined) return;
        const done = (status: number) => {
          keep(answers, request, status);
          free.push(socket);
          answered += 1;
          if (answered === total) resolve();
          else if (waiting.length > 0) dispatch();
        };
        socket.send(request.body, { ...request, done });
      }
    };
    const tick = () => {
      const now = performance.now();
      const due = Math.min(total, Math.floor(((now - start) / 1_000) * rate));
      for (; sent < due; sent++) {
        const { body, mark = false } = bodyOf(sent);
        waiting.push({ begun: performance.now(), mark, body, done: () => undefined });
      }
      dispatch();
      if (sent < total) setTimeout(tick, 1);
    };
    tick();
  });
  answers.seconds = (performance.now() - start) / 1_000;
  for (const socket of sockets) socket.close();
  return answers;
}

/** Waits until nothing but so many connections is open: for tests of what a server does afterwards. */
export function describeAnswers({ times, statuses }: Answers): string {
  const at = (share: number) => quantile(times, share).toFixed(2);
  const codes = [...statuses].map(([status, count]) => `${count} x ${status}`).join(", ");
  return `p50 ${at(0.5)} p99 ${at(0.99)} p99.9 ${at(0.999)} max ${at(1)} ms; ${codes}`;
}
