import assert from 'node:assert/strict'
import type { Revision } from '../../../src/api/index.ts'
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import { containersOf, type SeenPod, type SeenResources } from './sight.ts'
import type { SeenUsage } from './usage-watch.ts'

interface Decision {
  readonly revision: number
  readonly containers: Readonly<Record<string, unknown>>
}

/** What a start takes: learner and test look at other moments, and one may have missed it. */
const MIN_CORES = 0.05
/** The bound's minimum by default. */
const MIN_BYTES = 32 * 2 ** 20

/** The record that the webhook left on a Pod; undefined where it left the Pod alone. */
export function decisionOn({ metadata }: SeenPod): Decision | undefined {
  const text = metadata.annotations?.['plimsoll.dev/decision']
  return text === undefined ? undefined : (JSON.parse(text) as Decision)
}

/** Whether a Pod carries this revision. */
export const carries = (revision: number) => (pod: SeenPod) => decisionOn(pod)?.revision === revision

/** A Pod carries the applied values, and its record says which revision they are of. */
export function assertCarries(pod: SeenPod, applied: Revision): void {
  const decision = decisionOn(pod)
  assert.equal(decision?.revision, applied.revision, `${pod.metadata.name} carries another revision`)
  for (const { name, resources } of containersOf(pod)) {
    const { cpu, memory } = applied.containers.find((container) => container.name === name)!
    const where = `${pod.metadata.name}/${name}`
    assert.equal(resources.requests?.cpu, cpu?.request, `CPU request of ${where}`)
    assert.equal(resources.requests?.memory, memory?.request, `memory request of ${where}`)
    assert.equal(resources.limits?.memory, memory?.limit, `memory limit of ${where}`)
    assert.ok(decision?.containers[name], `the record on ${where}`)
  }
}

/**
 * Requests lie between what a container uses and a sane multiple of it; nothing is asked for less than the bounds of the
 * cluster. CPU is measured over ten seconds, which is why its peaks are above what is learned.
 *
 * @param leastCpuShare of the median CPU usage
 * @param mostOfPeak how often the peak of its memory it may ask for
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
