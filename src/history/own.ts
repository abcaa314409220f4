/**
 * A copy that stands alone, for what is kept. A piece cut out of a larger string, and a string put together of such
 * pieces, keep all of that string in memory: a few names would hold on to every block that was ever read.
 */
export function own(text: string): string {
  return Buffer.from(text).toString()
}
