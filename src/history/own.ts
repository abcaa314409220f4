/**
 * A copy of a string that shares no memory with others, for long-lived data. A substring, and a string concatenated from
 * substrings, keep the whole original in memory: a few names would retain every block that was ever read.
 */
export function own(text: string): string {
  return Buffer.from(text).toString()
}
