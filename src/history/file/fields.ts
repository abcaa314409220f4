/** Splits the rows of a table into fields. Undefined if the quotes of a row are not balanced. */
export type SplitFields = (row: string) => string[] | undefined

/** Columns that are aligned with spaces, as kubectl prints them. */
export const ALIGNED = ' '

export const DELIMITERS = [',', ';', '\t', '|', ALIGNED] as const
export type Delimiter = string

/** The splitter for a delimiter: one character, or `ALIGNED`. */
export function splitterFor(delimiter: Delimiter): SplitFields {
  if (delimiter === ALIGNED) return (row) => row.trim().split(/\s+/)
  const quoted = quotedSplitter(delimiter)
  const isTrimmed = delimiter !== '\t'
  return (row) => {
    const fields = row.includes('"') ? quoted(row) : row.split(delimiter)
    if (fields && (isTrimmed ? row.includes(' ') : row.startsWith(' '))) {
      for (let i = 0; i < fields.length; i++) fields[i] = fields[i]!.trim()
    }
    return fields
  }
}

/**
 * Fields of a row that has quotes, by RFC 4180 except for line breaks inside quotes: no name contains one, so an unclosed quote
 * spoils only its own row.
 */
function quotedSplitter(delimiter: string): SplitFields {
  const escaped = delimiter.replaceAll(/[|\\^$.*+?()[\]{}/-]/g, String.raw`\$&`)
  const field = new RegExp(`[ ]*(?:"((?:[^"]|"")*)"[ ]*|([^"${escaped}]*))(?:${escaped}|$)`, 'y')
  return (row) => {
    const fields: string[] = []
    const text = row + delimiter
    field.lastIndex = 0
    while (field.lastIndex < text.length) {
      const match = field.exec(text)
      if (!match) return undefined
      fields.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
    }
    return fields
  }
}
