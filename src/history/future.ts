import type { UsageSample } from './source.ts'

/** How much later than this machine's clock a sample may be, because clocks differ and metrics have the time of their source. */
export const CLOCKS_DIFFER_SECONDS = 300

/** Samples from the future that were left out. */
export interface FutureSamples {
  readonly count: number
  /** Latest time among them, Unix seconds. */
  readonly latestSeconds: number
  /** One of their Pods, as `namespace/name`. */
  readonly pod: string
}

/**
 * Separates samples that are later than the clock. One of them would move the end of the history, and everything that is counted from
 * the end.
 *
 * @param nowSeconds time of this machine's clock, Unix seconds
 */
export function withoutFuture(
  samples: readonly UsageSample[],
  nowSeconds: number,
): { readonly samples: readonly UsageSample[]; readonly future: FutureSamples | undefined } {
  const isFuture = ({ timestampSeconds }: UsageSample) => timestampSeconds > nowSeconds + CLOCKS_DIFFER_SECONDS
  const future = samples.filter(isFuture)
  const [first] = future
  if (!first) return { samples, future: undefined }
  const latestSeconds = future.reduce((latest, { timestampSeconds }) => Math.max(latest, timestampSeconds), 0)
  const pod = `${first.container.workload.namespace}/${first.pod}`
  return { samples: samples.filter((one) => !isFuture(one)), future: { count: future.length, latestSeconds, pod } }
}

/** Describes what was left out, for a log or a warning. */
export function describeFuture({ count, latestSeconds, pod }: FutureSamples): string {
  const time = new Date(latestSeconds * 1000).toISOString()
  const what = count === 1 ? '1 sample was' : `${count} samples were`
  return `${what} left out because of a time in the future (up to ${time}, of Pod ${pod}): check the clocks`
}
