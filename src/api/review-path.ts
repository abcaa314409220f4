/**
 * Paths at which the webhook takes reviews: `/mutate/MODE`, or `/mutate/MODE/KEY` where a random key in the webhook configuration
 * shows that a review comes from the API server (docs/decisions/0086).
 */

/** Stands for the path without a key, in a list of keys that are accepted. It is too short to be a key. */
export const PLAIN = 'plain'

/** Each part of a path in a webhook configuration must be a DNS subdomain. 32 hexadecimal digits are 128 bits. */
const KEY = /^[a-z0-9]{32,64}$/
const PATH = /^\/mutate\/(auto|approve)(?:\/([^/]+))?$/
/** A rotation takes two keys and `PLAIN`. */
const MOST_KEYS = 8

/** Annotation of a Pod template whose webhook accepts paths with a key; a webhook of an older version answers them with 404. */
export const ACCEPTS_PATH_KEYS = 'plimsoll.dev/accepts-path-keys'

export interface ReviewPath {
  readonly mode: 'auto' | 'approve'
  /** The part of the path after the mode; undefined if there is none. */
  readonly key: string | undefined
}

/** Path of a mode, with a key or `PLAIN`. */
export function reviewPath(mode: string, key: string): string {
  return key === PLAIN ? `/mutate/${mode}` : `/mutate/${mode}/${key}`
}

/** Reads a path without its query; undefined if no review is taken there. */
export function readReviewPath(path: string): ReviewPath | undefined {
  const [, mode, key] = PATH.exec(path) ?? []
  return mode === undefined ? undefined : { mode: mode as ReviewPath['mode'], key }
}

export function isPathKey(text: string): boolean {
  return KEY.test(text)
}

/**
 * Reads the keys that a webhook accepts: one in a line, the newest first; `PLAIN` accepts the path without a key. Returns undefined if
 * there is no key.
 */
export function parsePathKeys(text: string): readonly string[] | undefined {
  const lines = text.split('\n', MOST_KEYS).map((line) => line.trim())
  const keys = lines.filter((line) => line === PLAIN || isPathKey(line))
  return keys.some(isPathKey) ? keys : undefined
}

export function formatPathKeys(keys: readonly string[]): string {
  return `${keys.join('\n')}\n`
}
