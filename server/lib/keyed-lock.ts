/** One task at a time per key, in the order in which they asked; keys do not wait for each other. */
export interface KeyedLock {
  hold<T>(key: string, task: () => Promise<T>): Promise<T>;
}

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async hold(key, task) {
      const before = tails.get(key) ?? Promise.resolve();
      const mine = before.then(task, task);
      const tail = mine.catch(() => {});
      tails.set(key, tail);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === tail) tails.delete(key);
      }
    },
  };
}

/** The key of a tenant's subject (`switches`, `settings`, `alert/...`): whoever changes it takes turns with all others. */
export const subjectKey = (tenant: string, subject: string): string => `${tenant}\u0000${subject}`;
