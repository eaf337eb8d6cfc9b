/** Settings that the demo has of its own; what is set in the environment wins. */
const OWN: { readonly [name: string]: string } = {
  FORESTALL_DATA: ".demo",
  HOST: "127.0.0.1",
  // The terminal belongs to the decisions.
  LOG_LEVEL: "error",
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of `forestall demo`: an empty value counts as not set, as everywhere. */
export function demoEnvironment(env: Environment): Environment {
  const given = Object.entries(env).filter(
    ([name, value]) => !Object.hasOwn(OWN, name) || (value ?? "").trim() !== "",
  );
  return { ...OWN, ...Object.fromEntries(given) };
}
