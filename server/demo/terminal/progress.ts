import { Writable } from "node:stream";
import { Presets, SingleBar } from "cli-progress";

export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface ProgressLine {
  update(done: number, of: number): void;
  end(): void;
}

/** A bar on a terminal; a line for every tenth elsewhere, as in a log. */
export function progressOf(out: Terminal, label: string): ProgressLine {
  return out.isTTY === true ? bar(out, label) : lines(out, label);
}

function bar(out: Terminal, label: string): ProgressLine {
  const stream = streamTo(out);
  const format = `${label}  {bar}  {percentage}%  {value} of {total} events`;
  const line = new SingleBar({ format, stream, hideCursor: true, barsize: 28, fps: 8 }, Presets.shades_grey);
  let begun = false;
  return {
    update(done, of) {
      if (begun) return line.update(done);
      begun = true;
      line.start(of, done);
    },
    end() {
      if (begun) line.stop();
    },
  };
}

/** The bar wants a whole stream, and to know how wide the terminal is. */
function streamTo(out: Terminal): NodeJS.WritableStream {
  const stream = new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      out.write(String(text));
      done();
    },
  });
  return Object.assign(stream, { isTTY: true, columns: out.columns ?? 80 });
}

function lines(out: Terminal, label: string): ProgressLine {
  let said = -1;
  return {
    update(done, of) {
      const tenth = of === 0 ? 10 : Math.floor((done / of) * 10);
      if (tenth <= said) return;
      said = tenth;
      out.write(`${label}: ${tenth * 10} %\n`);
    },
    end() {},
  };
}
