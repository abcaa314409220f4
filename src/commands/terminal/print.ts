import { printableLines } from './text.ts'

/** Prints text without colours and ends the line. What came from outside cannot steer the terminal. */
export function print(text: string): void {
  process.stdout.write(`${printableLines(text)}\n`)
}

/** The same on standard error. */
export function printError(text: string): void {
  process.stderr.write(`${printableLines(text)}\n`)
}

/** A value as indented JSON. `JSON.stringify` leaves U+007F to U+009F as they are, which some terminals obey. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(
    /[\u007F-\u009F]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
}
