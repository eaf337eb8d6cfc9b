/** Resolves in the next turn of the event loop: what has arrived by now is read, and answers go out. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
