import { HistoryError, quote } from '../history/index.ts'
import { type Failure, TooMuchError } from '../prometheus/index.ts'
import { errorsIn } from './answer.ts'
import type { DatadogAccess } from './options.ts'

/** An answer without usable data, as far as it was read. */
export interface BadAnswer {
  readonly status: number
  /** Text without keys. */
  readonly text: string
  /** Seconds until Datadog allows more requests (`X-RateLimit-Reset`); undefined if it does not say. */
  readonly resetSeconds: number | undefined
}

const TOO_MUCH = /too many|too (?:large|long|big|complex)|exceed|maximum|timed? ?out|deadline/i

/** Explains an answer without usable data, with advice for people. */
export function failureOf({ name }: DatadogAccess, { status, text, resetSeconds }: BadAnswer): Failure {
  const said = errorsIn(text)
  const words = `${name} answered ${status}${said ? `: ${quote(said, 300)}` : ''}`
  const fatal = (advice: string): Failure => ({ error: new HistoryError(`${words}. ${advice}`), again: false })

  if (status === 401 || status === 403) {
    return fatal(
      'It does not accept the keys: check that DD_API_KEY and DD_APP_KEY belong to the same organization, that DD_SITE is its site, and ' +
        'that the application key has the permission timeseries_query',
    )
  }
  if (status === 404 || (status >= 300 && status < 400))
    return fatal('There is no API of Datadog at this address: check DD_SITE, and DD_HOST if you set it')
  if (status === 429) {
    const until = resetSeconds === undefined ? '' : ` It allows more requests in ${resetSeconds} s.`
    return {
      error: new HistoryError(
        `${words}.${until} The limit is shared by the whole organization: wait, or read fewer namespaces or days`,
      ),
      again: true,
      askedMilliseconds: resetSeconds === undefined ? undefined : resetSeconds * 1000,
    }
  }
  if (status === 408 || status === 413 || status === 504 || (status >= 400 && TOO_MUCH.test(said ?? '')))
    return { error: new TooMuchError(words), again: false }
  if (status >= 500) return { error: new HistoryError(`${words}, repeatedly`), again: true }
  if (status >= 400) return fatal('It refuses the query')
  // The values of a part would look like lower usage.
  if (said)
    return { error: new HistoryError(`${words}. The answer is incomplete, repeatedly: try again later`), again: true }
  return fatal('That is not an answer of the API of Datadog: check DD_SITE, and DD_HOST if you set it')
}
