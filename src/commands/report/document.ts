import { stringify } from 'yaml'
import { jsonText } from '../terminal/print.ts'
import { printableLines } from '../terminal/text.ts'

/** A report for programs. */
export function renderDocument(document: object, output: 'json' | 'yaml'): string {
  if (output === 'json') return `${jsonText(document)}\n`
  return printableLines(stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }))
}
