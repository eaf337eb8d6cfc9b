import type { Import } from "./imports.ts";

/**
 * Files that import each other in a circle, types included: none of them can be read, or moved, without the others.
 * @returns one way around for each file that an earlier one does not cover, such as `a.ts -> b.ts -> a.ts`
 */
export function circlesIn(imports: readonly Import[]): readonly string[] {
  const targets = new Map<string, Set<string>>();
  for (const { from, target, kind } of imports) {
    if (kind !== "file") continue;
    const known = targets.get(from) ?? new Set();
    targets.set(from, known.add(target));
  }
  const covered = new Set<string>();
  const circles: string[] = [];
  for (const start of targets.keys()) {
    if (covered.has(start)) continue;
    const way = wayBack(start, targets);
    if (way === null) continue;
    for (const file of way) covered.add(file);
    circles.push([...way, start].join(" -> "));
  }
  return circles;
}

/** The shortest way from a file back to itself, without the last step; null when there is none. */
function wayBack(start: string, targets: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | null {
  const cameFrom = new Map<string, string>();
  const next = [start];
  for (const file of next) {
    for (const target of targets.get(file) ?? []) {
      if (target === start) return wayTo(file, start, cameFrom);
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, file);
      next.push(target);
    }
  }
  return null;
}

function wayTo(file: string, start: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [file];
  for (let at = file; at !== start; ) {
    at = cameFrom.get(at) ?? start;
    way.unshift(at);
  }
  return way;
}
