import { HistoryError, quote } from '../history/index.ts'
import { parseEnvelope } from './answer.ts'
import { TooMuchError } from './spans.ts'

/** The store cannot parse a query, or does not know something in it. */
export class RefusedQueryError extends HistoryError {}

/** Why a request returned no data, and whether the same request may succeed later (`again`). */
export interface Failure {
  readonly error: HistoryError
  readonly again: boolean
  readonly askedMilliseconds?: number | undefined
}

/** An answer without success, as far as it was read. */
export interface BadAnswer {
  readonly status: number
  readonly contentType: string
  /** Value of the `Location` header of a redirect; null if there is none. */
  readonly location: string | null
  readonly text: string
  readonly askedMilliseconds: number | undefined
}

/**
 * Messages of stores for a query that is too large. Prometheus: "would load too many samples", "exceeded maximum resolution", "query
 * timed out"; Mimir and Thanos: "the query exceeded the maximum/limit …"; VictoriaMetrics: "cannot select more than", "not enough
 * memory".
 */
const TOO_MUCH =
  /too many|too (?:large|long|big|wide|much)|exceed|limit|maximum|cannot select more|not enough memory|timed? ?out|deadline/i

/** Messages of stores that are overloaded at the moment. Some of the words are the same as in `TOO_MUCH`. */
const TOO_BUSY = /too many (?:outstanding |concurrent )?(?:requests|queries)|concurren|query queue/i

/** Statuses for which a gateway's plain text explains what is wrong with a query. Other statuses need no text. */
const SPEAK = new Set([400, 413, 422, 500, 503, 504])

/** Explains an answer without success, with advice for people. `name` is the name of the server. */
export function failureOf(name: string, answer: BadAnswer): Failure {
  const { status, text, contentType, askedMilliseconds } = answer
  const said = parseEnvelope(text)?.error ?? (SPEAK.has(status) ? plainText(contentType, text) : undefined)
  const words = `${name} answered ${status}${said ? `: ${quote(said, 300)}` : ''}`
  const fatal = (advice: string): Failure => ({ error: new HistoryError(`${words}. ${advice}`), again: false })

  if (status >= 300 && status < 400) {
    return fatal(
      `It redirects the request${originOf(answer.location)}: this may be a login page, or the address to use`,
    )
  }
  if (status === 401)
    return fatal('It does not accept the credentials: check the bearer token or the user name and password')
  if (status === 403) return fatal('It refuses access: check what this token, user or tenant may read')
  if (status === 404) {
    return fatal(
      'There is no Prometheus API at this address: check the path before /api/v1 ' +
        '(Mimir: /prometheus, a VictoriaMetrics cluster: /select/0/prometheus)',
    )
  }
  if (status === 408 || status === 429 || TOO_BUSY.test(said ?? '')) {
    return { error: new HistoryError(`${words}, repeatedly`), again: true, askedMilliseconds }
  }
  if (status === 413 || status === 504 || (status >= 400 && TOO_MUCH.test(said ?? ''))) {
    return { error: new TooMuchError(words), again: false }
  }
  if (status >= 500) return { error: new HistoryError(`${words}, repeatedly`), again: true, askedMilliseconds }
  if (status >= 200 && status < 300) {
    if (said) return fatal('It could not answer the query')
    const page = contentType.includes('html') || text.trimStart().startsWith('<')
    return fatal(
      page
        ? 'That is a web page, not data: a login page or a user interface is at this address'
        : `That is not an answer of the Prometheus API (${contentType || 'no content type'}): check the address`,
    )
  }
  return { error: new RefusedQueryError(`${words}. It refuses the query`), again: false }
}

/** The message of a gateway that does not answer as the API does; undefined if it answers with a web page. */
function plainText(contentType: string, text: string): string | undefined {
  const isPlain = contentType.startsWith('text/plain') && !text.trimStart().startsWith('<')
  return (isPlain && text.trim()) || undefined
}

function originOf(location: string | null): string {
  const origin = location && URL.canParse(location) ? new URL(location).origin : undefined
  return origin && origin !== 'null' ? ` to ${origin}` : ''
}

/** Codes of TLS errors, for which a retry is useless. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|HOSTNAME/

/** Explains why there is no answer at all, with advice for people. */
export function failureToConnect(name: string, thrown: unknown): Failure {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const { code = '', message } = cause as NodeJS.ErrnoException
  const why = `${name} does not answer: ${message || code}`
  if (UNTRUSTED.test(code)) {
    const advice = 'Its certificate is not trusted: give the file of the authority that signed it (a CA file)'
    return { error: new HistoryError(`${why}. ${advice}, and check the host name`, { cause: thrown }), again: false }
  }
  return {
    error: new HistoryError(`${why}. Check the address, and that this host may reach it`, { cause: thrown }),
    again: true,
  }
}
