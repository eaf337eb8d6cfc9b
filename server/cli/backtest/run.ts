import type { LineProblem, Progress } from "../../actions/contract.ts";
import { merged, OutOfOrder, reordered } from "../../actions/events-file/order.ts";
import { type EventsFile, readEventsFile } from "../../actions/events-file/read.ts";
import { sorted } from "../../actions/events-file/sort.ts";
import type { Incoming } from "../../core/event.ts";
import type { Millis } from "../../core/time.ts";
import { readCloudEvent } from "../../integrations/cloudevents/read.ts";
import { PlainError } from "../../lib/errors.ts";
import { type Library, loadLibrary, loadShipped } from "../../patterns/load.ts";
import { backtestTenant } from "../backtest-tenant.ts";
import { type Played, play } from "./play.ts";
import { type BacktestReport, reportOf } from "./report.ts";

export interface BacktestOptions {
  readonly events: string;
  readonly tickets?: string | undefined;
  /** A folder with a library of its own instead of the shipped one. */
  readonly patterns?: string | undefined;
  readonly holdout: number;
  readonly timeZone: string;
  readonly at?: Millis | undefined;
  /** `time` puts the events in order first; `file` takes them as they stand. */
  readonly arrival: "time" | "file";
  readonly onProgress: (progress: Progress) => void;
}

export interface BacktestRun {
  readonly report: BacktestReport;
  readonly library: Library;
  readonly played: Pick<Played, "events" | "duplicates" | "at"> & { readonly tickets: number };
  readonly rejected: readonly (LineProblem & { readonly file: string })[];
  readonly rejectedCount: number;
}

/** @throws PlainError when a file cannot be read, or nothing in it can be used */
export async function runBacktest(options: BacktestOptions): Promise<BacktestRun> {
  const library = options.patterns === undefined ? loadShipped() : loadLibrary(options.patterns);
  const tenant = backtestTenant({ library, holdout: options.holdout, timeZone: options.timeZone });
  const { played, files } = await playInOrder(options, (events) => play(tenant, events, options.at));
  const rejected = files.flatMap(({ path, file }) =>
    file.found.problems.map((each) => ({ ...each, file: path })),
  );
  const [first] = rejected;
  if (played.events === 0 && first !== undefined) {
    throw new PlainError(`No event in ${first.file} can be used; line ${first.line}: ${first.reason}.`);
  }
  const { events, duplicates, at, tickets } = played;
  return {
    report: reportOf(played, library.patterns),
    library,
    played: { events, duplicates, at, tickets: tickets.length },
    rejected,
    rejectedCount: files.reduce((sum, { file }) => sum + file.found.rejected, 0),
  };
}

type Files = readonly { readonly path: string; readonly file: EventsFile }[];
type Batches = AsyncIterable<readonly Incoming[]>;

/**
 * Most files are in order, or nearly: they are played as they are read, and take no memory. One that turns out not to
 * be is sorted first, and played from the beginning.
 */
async function playInOrder(
  options: BacktestOptions,
  playThem: (events: Batches) => Promise<Played>,
): Promise<{ played: Played; files: Files }> {
  const attempt = async (
    ordered: (events: Batches) => Batches,
    share: (files: Files, events: number) => number,
  ) => {
    const files = openAll(options);
    const streams = files.map(({ file }) => ordered(file.events));
    const told = reported(merged(streams), (events) => share(files, events), options);
    return { played: await playThem(told), files };
  };
  if (options.arrival === "file") return attempt((events) => events, shareRead);
  try {
    return await attempt((events) => reordered(events), shareRead);
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
    options.onProgress({ share: 0, text: "not in order of time: sorting first" });
    return attempt((events) => sorted(events), sharePlayed);
  }
}

/** Of the file that is furthest behind. */
const shareRead = (files: Files) => Math.min(...files.map(({ file }) => file.share()));

/** Sorted events are played after all were read. */
function sharePlayed(files: Files, events: number): number {
  const all = files.reduce((sum, { file }) => sum + file.found.lines - file.found.rejected, 0);
  return all === 0 ? 1 : events / all;
}

function openAll({ events, tickets }: BacktestOptions): Files {
  const paths = tickets === undefined ? [events] : [events, tickets];
  return paths.map((path) => ({ path, file: readEventsFile(path, readCloudEvent) }));
}

async function* reported(
  batches: Batches,
  share: (events: number) => number,
  { onProgress }: BacktestOptions,
): AsyncGenerator<readonly Incoming[]> {
  let events = 0;
  for await (const batch of batches) {
    yield batch;
    events += batch.length;
    onProgress({ share: share(events), text: `${events.toLocaleString("en")} events` });
  }
}
