/**
 * Copies a string so that it shares no memory with others, for long-lived data. A substring, or a string concatenated from substrings,
 * keeps the whole original in memory: a few names would retain every block that was ever read.
 */
export function own(text: string): string {
  return Buffer.from(text).toString()
}
