/**
 * A type with its fields written out: intersections become one object, and nothing is `readonly`, at any depth. What
 * differs between two types afterwards differs in the data.
 */
export type Plain<Type> = unknown extends Type ? Type : { -readonly [Name in keyof Type]: Plain<Type[Name]> };

/** True for two types that are the same, optional fields included: not when one is merely assignable to the other. */
export type Same<One, Other> =
  (<Any>() => Any extends Plain<One> ? 1 : 2) extends <Any>() => Any extends Plain<Other> ? 1 : 2
    ? true
    : false;
