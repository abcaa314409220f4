import { HistoryError, type TimeWindow } from '../history/index.ts'

/** The server, or we, cannot take so much at once: too long a time, too many samples, too large an answer. */
export class TooMuchError extends HistoryError {}

export interface SpanLimits {
  readonly firstSeconds: number
  readonly mostSeconds: number
  readonly leastSeconds: number
}

/**
 * Goes through a window in spans that suit what answers: each twice as long as the one before as long as that goes
 * well, half as long after one that was too much, and never longer again than what was.
 *
 * @param limits in multiples of `stepSeconds`
 * @throws HistoryError where even the shortest span is too much
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
          `${error.message}, and asking for less than ${spell(span)} at a time is of no use: raise that limit, or ` +
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
