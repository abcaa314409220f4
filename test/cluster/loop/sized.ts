import assert from 'node:assert/strict'
import type { Revision } from '../../../src/api/index.ts'
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import { containersOf, type SeenPod, type SeenResources } from './sight.ts'
import type { SeenUsage } from './usage-watch.ts'

interface Decision {
  readonly revision: number
  readonly containers: Readonly<Record<string, unknown>>
}

/** CPU of a start. Learner and test sample at different moments, and one may miss it. */
const MIN_CORES = 0.05
/** Default minimum of the bounds. */
const MIN_BYTES = 32 * 2 ** 20

/** The webhook's record on a Pod; undefined if it left the Pod alone. */
export function decisionOn({ metadata }: SeenPod): Decision | undefined {
  const text = metadata.annotations?.['plimsoll.dev/decision']
  return text === undefined ? undefined : (JSON.parse(text) as Decision)
}

/** Whether a Pod carries this revision. */
export const carries = (revision: number) => (pod: SeenPod) => decisionOn(pod)?.revision === revision

/**
 * Asserts that a Pod carries the applied values, and that its record names their revision.
 *
 * @param mayHaveMore whether its memory may be above that by the small steps that make a raise reach a container that did not run
 */
export function assertCarries(
  pod: SeenPod,
  applied: Revision,
  { mayHaveMore = false }: { readonly mayHaveMore?: boolean | undefined } = {},
): void {
  const decision = decisionOn(pod)
  assert.equal(decision?.revision, applied.revision, `${pod.metadata.name} carries another revision`)
  for (const { name, resources } of containersOf(pod)) {
    const { cpu, memory } = applied.containers.find((container) => container.name === name)!
    const where = `${pod.metadata.name}/${name}`
    assert.equal(resources.requests?.cpu, cpu?.request, `CPU request of ${where}`)
    const isSame = (is?: string, applied?: string) => is === applied || (mayHaveMore && isLittleMore(is, applied))
    const { requests, limits } = resources
    assert.ok(
      isSame(requests?.memory, memory?.request),
      `memory request of ${where}: ${requests?.memory}, not ${memory?.request}`,
    )
    assert.ok(
      isSame(limits?.memory, memory?.limit),
      `memory limit of ${where}: ${limits?.memory}, not ${memory?.limit}`,
    )
    assert.ok(decision?.containers[name], `the record on ${where}`)
  }
}

const FEW_STEPS = 16n * 2n ** 20n * 1_000_000_000n

function isLittleMore(is: string | undefined, applied: string | undefined): boolean {
  const [more, less] = [parseQuantity(is), parseQuantity(applied)]
  return more !== undefined && less !== undefined && more > less && more - less <= FEW_STEPS
}

/**
 * Requests are between what a container uses and a sane multiple of it; nothing is asked for less than the bounds of the
 * cluster. CPU is measured over ten seconds, which is why its peaks are above what is learned.
 *
 * @param leastCpuShare lowest CPU request, as a share of the median usage
 * @param mostOfPeak highest memory request, as a multiple of the peak
 */
export function assertSane(
  where: string,
  { requests }: SeenResources,
  usage: SeenUsage,
  { leastCpuShare, mostOfPeak }: { readonly leastCpuShare: number; readonly mostOfPeak: number },
): void {
  const cores = toNumber(parseQuantity(requests?.cpu)!)
  const bytes = toNumber(parseQuantity(requests?.memory)!)
  const { medianCores, peakCores, medianBytes, peakBytes, samples } = usage
  const seen = `${where} asks for ${requests?.cpu} and ${requests?.memory}, and was seen to use ${JSON.stringify(usage)}`
  assert.ok(samples >= 3, seen)
  assert.ok(cores >= leastCpuShare * medianCores, seen)
  assert.ok(cores <= Math.max(MIN_CORES, 2 * peakCores), seen)
  assert.ok(bytes >= medianBytes, seen)
  assert.ok(bytes <= Math.max(MIN_BYTES, mostOfPeak * peakBytes), seen)
}
