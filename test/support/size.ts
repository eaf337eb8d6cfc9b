/**
 * Some tests show more the longer they run: kills, floods, properties over many histories. The short suite, which runs
 * at every change, does enough of each to see a break early; the long suite (`npm run test:long`) runs every file that
 * asks here, with the second figure.
 */
export const sized = <Size>(short: Size, long: Size): Size =>
  process.env.FORESTALL_TEST_SIZE === "long" ? long : short;
