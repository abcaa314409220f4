/** Control characters, and those that turn the direction of writing round. JSON leaves these as they are. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** What a stranger wrote, fit for a message or a log: short, on one line, without control characters. */
export function quote(text: string, length = 40): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text).replaceAll(UNPRINTABLE, '?')
}
