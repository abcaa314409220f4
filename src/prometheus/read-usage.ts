import {
  Containers,
  describeFuture,
  type ReadOptions,
  type TimeWindow,
  type UsageSample,
  withoutFuture,
} from '../history/index.ts'
import type { ReadingAccount } from './account.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import { samplesOf } from './samples.ts'
import type { NamespaceUsage } from './usage-reader.ts'

const DEFAULT_WINDOW_SECONDS = 14 * 24 * 3600

/** Usage of a namespace, span by span, and what decides which of it is from this cluster. */
export interface NamespaceSpans {
  readonly guard: ClusterGuard
  readonly spans: AsyncIterable<{ readonly span: TimeWindow; readonly loaded: NamespaceUsage }>
}

export interface UsageReading {
  readonly namespaces: readonly string[]
  /** The whole window, of which the spans are parts. */
  readonly whole: TimeWindow
  readonly nowSeconds: number
  readonly account: ReadingAccount
  readonly onWarning?: ((message: string) => void) | undefined
  readonly onProgress: ReadOptions['onProgress'] | undefined
  readonly spansOf: (namespace: string) => Promise<NamespaceSpans>
}

/**
 * The window to read, of whole steps, so that readings never overlap: by default 14 days. Its end is not in the future, where only
 * clocks that are ahead have samples.
 */
export function wholeWindow(window: TimeWindow | undefined, nowSeconds: number, stepSeconds: number): TimeWindow {
  const { fromSeconds, toSeconds } = window ?? {
    fromSeconds: nowSeconds - DEFAULT_WINDOW_SECONDS,
    toSeconds: nowSeconds,
  }
  const up = (seconds: number) => Math.ceil(seconds / stepSeconds) * stepSeconds
  return { fromSeconds: up(fromSeconds), toSeconds: up(Math.min(toSeconds, nowSeconds + 1)) }
}

/** Samples of all namespaces, one after another, so that memory stays bounded. Samples in the future are left out, with a warning. */
export async function* readUsage({
  namespaces,
  whole,
  nowSeconds,
  account,
  onWarning,
  onProgress,
  spansOf,
}: UsageReading): AsyncGenerator<readonly UsageSample[]> {
  const containers = new Containers()
  let samples = 0
  for (const [index, namespace] of namespaces.entries()) {
    const { guard, spans } = await spansOf(namespace)
    for await (const { span, loaded } of spans) {
      for (const batch of samplesOf(loaded, containers, guard, account)) {
        const { samples: present, future } = withoutFuture(batch, nowSeconds)
        if (future) onWarning?.(describeFuture(future))
        samples += present.length
        yield present
      }
      const done = (span.toSeconds - whole.fromSeconds) / (whole.toSeconds - whole.fromSeconds)
      onProgress?.({ samples, share: (index + done) / namespaces.length })
    }
  }
}
