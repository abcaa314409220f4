import assert from 'node:assert/strict'
import type { ControlPlane } from '../harness/index.ts'
import { mebibytes, millicores, say, spell, table } from './report.ts'
import { appliedTo, containersOf, restartUntil } from './sight.ts'
import { assertCarries, assertSane, carries } from './sized.ts'
import type { UsageWatch } from './usage-watch.ts'
import { type LoopWorkload, WORKLOADS, workloadIn } from './workloads.ts'

const MOST_OF_PEAK = 2.5
/** A kill says that more was wanted, and not how much. */
const MOST_AFTER_A_KILL = 3

/**
 * Waits for learned values of every workload, restarts them all, and holds the new Pods against what was applied and what was
 * used.
 *
 * @param leastCpuShare what of its CPU usage a container must be given at least, by its workload
 */
export async function learnAndRestart(
  cluster: ControlPlane,
  namespace: string,
  workloads: readonly LoopWorkload[],
  usage: UsageWatch,
  leastCpuShare: (workload: LoopWorkload) => number,
): Promise<void> {
  const restarted = await Promise.all(
    workloads.map(async (loop) => {
      const workload = workloadIn(namespace, loop)
      const authors = { ...loop.containers, ...loop.sidecars }
      const applied = await appliedTo(cluster, workload, Object.keys(authors).length)
      say(`${namespace}/${loop.kind}/${loop.name} has learned values`)
      const pods = await restartUntil(cluster, workload, 'Pods that carry what is applied', carries(applied.revision))
      return { loop, authors, applied, pods }
    }),
  )
  const rows = [['workload', 'container', 'behaviour', 'used (median–peak)', 'asked for', '→ asks for']]
  for (const { loop, authors, pods } of restarted) {
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
  for (const { loop, applied, pods } of restarted) {
    assert.equal(pods.length, loop.replicas ?? 1)
    for (const pod of pods) {
      assertCarries(pod, applied)
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
