/** The command line, and the only reader of the process's environment. */
const USAGE = `Forestall sees which customer is about to need help, helps a little and in time, and proves that it helped.

Usage: forestall <command> [options]
`;

process.stdout.write(USAGE);
