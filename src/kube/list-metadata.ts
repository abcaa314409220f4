/** Of a whole list: the version that it is of, and what to ask the next page with. */
export interface ListMetadata {
  readonly resourceVersion?: string
  readonly continue?: string
}

/** As far as it may be from either end. A token is as long as the longest name and namespace, in base64. */
const REACH = 4096
/** It is flat, and comes before the items (built-in types) or after them (custom resources, whose fields are sorted). */
const BEFORE = /^\{[^[\]]*"metadata":(\{[^{}]*\}),"items":/
const AFTER = /\],[^[\]]*"metadata":(\{[^{}]*\})\}\s*$/

/**
 * Finds the metadata of a list in its text, so that the next page can be asked for before this one is parsed.
 *
 * @returns undefined where it does not stand where API servers write it
 */
export function findListMetadata(text: string): ListMetadata | undefined {
  const [, json] = BEFORE.exec(text.slice(0, REACH)) ?? AFTER.exec(text.slice(-REACH)) ?? []
  try {
    return json === undefined ? undefined : (JSON.parse(json) as ListMetadata)
  } catch {
    return undefined
  }
}
