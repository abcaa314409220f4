import { HistoryError, type TimeWindow } from '../history/index.ts'

/** The server or this process cannot handle this much at once: the query takes too long, or has too many samples or too large an answer. */
export class TooMuchError extends HistoryError {}

export interface SpanLimits {
  readonly firstSeconds: number
  readonly mostSeconds: number
  readonly leastSeconds: number
}

/**
 * Iterates over a window in spans that the server can handle: each is twice as long as the one before while that succeeds, and half as
 * long after one that was too much, which then limits all later spans.
 *
 * @param limits limits of a span, in multiples of `stepSeconds`
 * @throws HistoryError if even the shortest span is too much
 */
export async function* inSpans<T>(
  window: TimeWindow,
  stepSeconds: number,
  limits: SpanLimits,
  load: (span: TimeWindow) => Promise<T>,
): AsyncGenerator<{ readonly span: TimeWindow; readonly loaded: T }> {
  let most = limits.mostSeconds
  let length = Math.min(limits.firstSeconds, most)
  let fromSeconds = window.fromSeconds
  while (fromSeconds < window.toSeconds) {
    const span = { fromSeconds, toSeconds: Math.min(window.toSeconds, fromSeconds + length) }
    let loaded: T
    try {
      loaded = await load(span)
    } catch (error) {
      if (!(error instanceof TooMuchError)) throw error
      length = Math.floor(Math.min(length, span.toSeconds - fromSeconds) / 2 / stepSeconds) * stepSeconds
      if (length < limits.leastSeconds) {
        throw new HistoryError(
          `${error.message}, and querying less than ${spell(span)} at a time does not help: raise that limit, or ` +
            'read fewer namespaces or larger steps',
          { cause: error },
        )
      }
      most = length
      continue
    }
    yield { span, loaded }
    fromSeconds = span.toSeconds
    length = Math.min(length * 2, most)
  }
}

function spell({ fromSeconds, toSeconds }: TimeWindow): string {
  return `${Math.round((toSeconds - fromSeconds) / 60)} minutes`
}
