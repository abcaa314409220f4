import { type ApplicableWorkload, Applier, type PodApi, type RestartApi, Reviews } from '../../src/apply/index.ts'
import { systemTime } from '../../src/clock/index.ts'
import { Settings } from '../../src/config/index.ts'
import { readFleetPod } from '../../src/fleet/index.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/index.ts'
import { createLearnerMetrics, createLogger } from '../../src/telemetry/index.ts'
import { median } from '../median.ts'
import type { Suite } from '../suite.ts'

const WORKLOADS = 400
const PODS_EACH = 25
const RUNS = 5

/** Whether running Pods can be looked at every second, however many there are. */
export const suite: Suite = {
  about: 'looks at 10,000 running Pods: CPU time to plan, and requests where there is nothing to do',
  async run(tell) {
    tell(`${WORKLOADS * PODS_EACH} Pods of ${WORKLOADS} workloads that do not have what is applied`)
    // Every Pod waits for its node, so that nothing but planning is measured.
    const waiting = await passOver(workloads(2), RUNS)
    tell('the same Pods with what is applied')
    const done = await passOver(workloads(1), 1, true)
    return {
      figures: [
        { name: 'CPU seconds to plan 10,000 running Pods', value: waiting.seconds },
        { name: 'requests of a pass with nothing to do', value: done.requests },
      ],
      notes: [],
    }
  },
}

/** @param reviewed whether every Pod was looked at before, as it is by each leader once */
async function passOver(all: readonly ApplicableWorkload[], runs: number, reviewed = false) {
  let requests = 0
  const count = async (): Promise<never> => {
    requests++
    throw new Error('there is no API server')
  }
  const api: PodApi = { get: count, ofNode: count, record: count, resize: count, tryResize: count }
  const restarts: RestartApi = { owner: count, podsOf: count, evict: count, rollOut: count }
  const { apply: settings } = Settings.parse({ apply: { running: 'inPlace' } })
  const seconds: number[] = []
  for (let run = 0; run < runs; run++) {
    const reviews = new Reviews()
    for (const { pods, policyDigest } of reviewed ? all : [])
      for (const { uid } of pods) reviews.note({ uid, revision: 1, policyDigest }, 'fits')
    const applier = new Applier({
      ...{ api, restarts, settings, time: systemTime, logger: createLogger('silent'), metrics: createLearnerMetrics() },
      ability: { mayTry: true, resized() {}, unable() {} },
      ...{ events: { record: () => {} }, workloadEvents: { record: async () => {} } },
      inventory: { node: () => undefined, allocatable: { cpu: 0n, memory: 0n } },
      workloads: () => all,
      policyOf: () => DEFAULT_POLICY,
      constraintsOf: () => NO_CONSTRAINTS,
      peakMemory: () => undefined,
      reviews,
    })
    const before = process.cpuUsage()
    await applier.pass(new AbortController().signal)
    const { user, system } = process.cpuUsage(before)
    seconds.push((user + system) / 1e6)
  }
  return { seconds: median(seconds), requests }
}

/** @param applied revision that is applied; the Pods carry revision 1, and are not ready */
function workloads(applied: number): ApplicableWorkload[] {
  const containers = [{ name: 'app', cpu: { request: '80m' } }]
  const revision = {
    revision: applied,
    time: '2026-03-01T00:00:00Z',
    source: 'observed',
    goal: 'balanced',
    containers,
  } as const
  return Array.from({ length: WORKLOADS }, (_, w) => ({
    workload: { namespace: `team-${w % 40}`, kind: 'Deployment', name: `web-${w}` },
    ...{ mode: 'auto', labels: {}, author: new Map(), effective: { running: 'inPlace' }, mayStart: true },
    ...{ criticality: 'medium', policyDigest: '', status: { applied: revision } },
    pods: Array.from({ length: PODS_EACH }, (_, p) => podOf(w, p)),
  }))
}

function podOf(w: number, p: number) {
  const record = { revision: 1, containers: { app: { cpu: { request: ['1', '80m'] } } }, reasons: {} }
  return readFleetPod({
    metadata: {
      ...{
        uid: `${w}-${p}`,
        name: `web-${w}-${p}`,
        namespace: `team-${w % 40}`,
        creationTimestamp: '2026-02-01T00:00:00Z',
      },
      annotations: { 'plimsoll.dev/decision': JSON.stringify(record) },
    },
    spec: { nodeName: `node-${p}`, containers: [{ name: 'app', resources: { requests: { cpu: '80m' } } }] },
    status: { phase: 'Running' },
  })
}
