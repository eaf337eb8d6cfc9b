/** The parts of nools that the bench uses; the package brings no types. */
declare module "nools" {
  interface Session {
    assert(fact: object): void;
    match(): Promise<void>;
    dispose(): void;
  }
  interface Flow {
    rule(name: string, constraints: unknown, action: () => void): void;
    getSession(): Session;
  }
  const nools: {
    flow(name: string, define: (flow: Flow) => void): Flow;
    deleteFlow(name: string): void;
  };
  export default nools;
}
