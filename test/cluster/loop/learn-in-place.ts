import assert from 'node:assert/strict'
import type { ControlPlane } from '../harness/index.ts'
import { until } from '../harness/index.ts'
import { recordOn } from '../support/planting.ts'
import { mebibytes, millicores, say, spell, table } from './report.ts'
import { appliedTo, containersOf, podsOf, recommendationOf, restartUntil, type SeenPod } from './sight.ts'
import { assertCarries, assertSane, carries } from './sized.ts'
import type { UsageWatch } from './usage-watch.ts'
import { type LoopWorkload, WORKLOADS, workloadIn } from './workloads.ts'

const MOST_OF_PEAK = 2.5
/** An OOM kill shows that more memory was needed, but not how much. */
const MOST_AFTER_A_KILL = 3

/**
 * Waits for learned values of every workload, and until its running Pods carry them: the same Pods, resized in place. Of a CronJob, the next
 * run carries them. Holds the Pods against what was applied and what was used.
 *
 * @param leastCpuShare what of its CPU usage a container must be given at least, by its workload
 */
export async function learnInPlace(
  cluster: ControlPlane,
  namespace: string,
  workloads: readonly LoopWorkload[],
  usage: UsageWatch,
  leastCpuShare: (workload: LoopWorkload) => number,
): Promise<void> {
  const learned = await Promise.all(
    workloads.map(async (loop) => {
      const workload = workloadIn(namespace, loop)
      const authors = { ...loop.containers, ...loop.sidecars }
      const before = await podsOf(cluster, workload)
      const applied = await appliedTo(cluster, workload, Object.keys(authors).length)
      say(`${namespace}/${loop.kind}/${loop.name} has learned values`)
      if (loop.kind !== 'CronJob') return { loop, authors, ...(await carriedInPlace(cluster, namespace, loop, before)) }
      const pods = await restartUntil(
        cluster,
        workload,
        'a run that carries what is applied',
        carries(applied.revision),
      )
      return { loop, authors, applied, pods }
    }),
  )
  const rows = [['workload', 'container', 'behaviour', 'used (median–peak)', 'asked for', '→ asks for']]
  for (const { loop, authors, pods } of learned) {
    for (const { name, resources } of containersOf(pods[0]!)) {
      const { medianCores, peakCores, medianBytes, peakBytes } = usage.of(namespace, loop.name, name)
      const used = [
        `${millicores(medianCores)}–${millicores(peakCores)}`,
        `${mebibytes(medianBytes)}–${mebibytes(peakBytes)}`,
      ]
      const { kind, behaviour } = loop
      rows.push([
        `${kind}/${loop.name}`,
        name,
        behaviour,
        used.join(' '),
        spell(authors[name]!),
        `→ ${spell(resources)}`,
      ])
    }
  }
  say(table(rows))
  for (const { loop, applied, pods } of learned) {
    assert.equal(pods.length, loop.replicas ?? 1)
    for (const pod of pods) {
      // If memory was raised while the container did not run, it is raised again by the smallest step.
      assertCarries(pod, applied, { mayHaveMore: loop.ends })
      for (const { name, resources } of containersOf(pod)) {
        const where = `${namespace}/${loop.name}/${name}`
        assertSane(where, resources, usage.of(namespace, loop.name, name), {
          leastCpuShare: leastCpuShare(loop),
          mostOfPeak: loop === WORKLOADS.postgres ? MOST_AFTER_A_KILL : MOST_OF_PEAK,
        })
      }
    }
  }
}

/** Waits until the running Pods carry the applied revision. */
async function carriedInPlace(
  cluster: ControlPlane,
  namespace: string,
  loop: LoopWorkload,
  before: readonly SeenPod[],
) {
  const workload = workloadIn(namespace, loop)
  const found = await until(
    `the running Pods of ${namespace}/${loop.name} to carry what is applied`,
    async () => {
      const applied = (await recommendationOf(cluster, workload))?.applied
      const pods = await podsOf(cluster, workload)
      const isCarried = (pod: SeenPod) => carries(applied!.revision)(pod) && recordOn(pod)?.intended === undefined
      return applied !== undefined && pods.every(isCarried) && { applied, pods }
    },
    { timeoutMilliseconds: 240_000, everyMilliseconds: 500 },
  )
  const uids = (pods: readonly SeenPod[]) => pods.map(({ metadata }) => metadata.uid).sort()
  assert.deepEqual(uids(found.pods), uids(before), `Pods of ${loop.name} were replaced`)
  if (!loop.ends)
    assert.deepEqual(restartsOf(found.pods), restartsOf(before), `containers of ${loop.name} were restarted`)
  return found
}

function restartsOf(pods: readonly SeenPod[]): readonly string[] {
  return pods
    .flatMap(({ metadata, status }) =>
      (status.containerStatuses ?? []).map(({ name, restartCount }) => `${metadata.name}/${name} ${restartCount}`),
    )
    .sort()
}
