import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../actions/contract.ts";
import type { Sink } from "./deps.ts";
import { stripControls } from "./text.ts";

export interface ProgressLine {
  update(progress: Progress): void;
  done(): void;
}

const STEPS = 10;

/** How far long work is: a bar where somebody watches, a line per tenth where a file does. */
export function progressLine(out: Sink, label: string): ProgressLine {
  return out.isTTY === true ? bar(out, label) : lines(out, label);
}

function bar(out: Sink, label: string): ProgressLine {
  const single = new SingleBar(
    {
      format: `${label} {bar} {percentage} %  {text}`,
      stream: out as NodeJS.WritableStream,
      hideCursor: true,
      etaBuffer: 100,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update({ share, text }) {
      if (!started) single.start(100, 0, { text: "" });
      started = true;
      single.update(Math.floor(share * 100), { text: stripControls(text) });
    },
    done() {
      if (started) single.stop();
    },
  };
}

function lines(out: Sink, label: string): ProgressLine {
  let reached = 0;
  return {
    update({ share, text }) {
      const step = Math.floor(share * STEPS);
      // What is done at once needs no line.
      if (step <= reached || (reached === 0 && step === STEPS)) return;
      reached = step;
      out.write(`${label} ${step * STEPS} %  ${stripControls(text)}\n`);
    },
    done() {},
  };
}
