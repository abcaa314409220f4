import { ParsingError, parseDocuments } from '../../parsing/index.ts'

/** Values of the documents of a text; none if it is not YAML, such as a template of a Helm chart. */
export function documentsOf(text: string): readonly unknown[] {
  try {
    return [...parseDocuments(text)].map(({ value }) => value)
  } catch (error) {
    if (!(error instanceof ParsingError)) throw error
    return []
  }
}
