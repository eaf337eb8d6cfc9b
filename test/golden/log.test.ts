import { beforeAll, describe, expect, it } from "vitest";
import { allKinds, countKinds, missingKinds } from "./coverage.ts";
import {
  CHUNK,
  inputsOf,
  isMark,
  type Line,
  type Recording,
  readRecording,
  recordings,
} from "./recording.ts";
import { firstDifference, type Replayed, replay } from "./replay.ts";

describe.each(recordings())("the recorded log %s", (name) => {
  let recording: Recording;
  let replayed: Replayed;
  beforeAll(() => {
    recording = readRecording(name);
    replayed = replay(recording);
  }, 900_000);

  it("leads to the decisions that it led to when it was recorded", () => {
    expect(firstDifference(recording, replayed)).toBeNull();
    expect(replayed.digests.ofDecisions).toEqual(recording.digests.ofDecisions);
    expect(replayed.digests.decisions).toBe(recording.digests.decisions);
  });

  it("leads to the same records of every other kind, too", () => {
    expect(replayed.digests.ofEffects).toEqual(recording.digests.ofEffects);
    expect(replayed.digests.effects).toBe(recording.digests.effects);
  });

  it("is whole, and was cut off and rebuilt on the way", () => {
    const inputs = inputsOf(recording.lines);

    expect(inputs.length).toBe(recording.digests.inputs);
    expect(recording.digests.ofDecisions.length).toBe(Math.ceil(inputs.length / CHUNK));
    expect(replayed.rebuilt).toBeGreaterThan(0);
  });

  it("says in words which decision is another one", () => {
    const [first, ...others] = recording.decisions;
    if (first === undefined) throw new Error("nothing was decided");
    const other: typeof first = [first[0], "send", "none", "email", "somebody", 3, null];

    const words = firstDifference({ ...recording, decisions: [other, ...others] }, replayed);

    expect(words).toContain(`input ${first[0]} (`);
    expect(words).toContain('recorded was "send (none), step 3, email, to somebody", now it is "');
  });

  it("says where to look when a record differs that is no decision", () => {
    const ofEffects = recording.digests.ofEffects.map((digest, i) => (i === 0 ? "other" : digest));

    const words = firstDifference({ ...recording, digests: { ...recording.digests, ofEffects } }, replayed);

    expect(words).toContain("the inputs 1 to 10000");
  });
});

describe("what the recorded logs have in them", () => {
  const lines: Line[] = [];
  beforeAll(() => {
    for (const name of recordings()) lines.push(...readRecording(name).lines);
  });

  it("is every type of event and every kind of control", () => {
    expect(missingKinds(countKinds(lines))).toEqual([]);
    expect(inputsOf(lines).length).toBeGreaterThanOrEqual(100_000);
  });

  it("would be missed, whichever kind it is", () => {
    const counts = countKinds(lines);

    for (const kind of counts.keys()) {
      if (!allKinds().includes(kind)) throw new Error(`${kind} is no kind`);
      const without = new Map(counts);
      without.delete(kind);
      expect(missingKinds(without)).toContain(kind);
    }
  });

  it("is of two tenants with settings and libraries of their own, over most of a year", () => {
    const inputs = inputsOf(lines);
    const tenants = new Set(inputs.map(({ tenant }) => tenant));
    const times = inputs.map(({ receivedAt }) => receivedAt);
    const ofKind = (kind: string) =>
      inputs.filter(({ body }) => "control" in body && body.control.kind === kind).length;
    const days =
      (times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))) / 86_400_000;

    expect(tenants.size).toBe(2);
    expect(days).toBeGreaterThan(340);
    expect(ofKind("library")).toBeGreaterThan(4);
    expect(ofKind("settings")).toBeGreaterThan(4);
    expect(lines.filter((line) => isMark(line) && line.mark === "retained").length).toBeGreaterThan(340);
  });
});
