/** Control characters, and those that change the direction of text. JSON does not escape all of them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Quotes untrusted text for a message or a log: short, on one line, without control characters. */
export function quote(text: string, length = 40): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text).replaceAll(UNPRINTABLE, '?')
}
