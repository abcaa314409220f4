import { randomUUID } from 'node:crypto'
import type { Goal, Recommendation } from '../../api/index.ts'
import { Settings } from '../../config/index.ts'
import type { Backing, Viewer } from '../../dashboard/index.ts'
import type { Subject } from '../../explain/index.ts'
import { explainPod } from '../../explain/index.ts'
import { type ApiPod, readFleetPod } from '../../fleet/index.ts'
import { type FleetInsight, fleetInsight, type PriceTable } from '../../insight/index.ts'
import { clusterPolicy } from '../../policy/index.ts'
import { type ChosenHistory, type Manifest, podOf, readFleetFacts, workloadOfManifest } from '../../readers/index.ts'
import { NO_CONSTRAINTS } from '../../sizing/index.ts'
import { identifyWorkload, type RunRule, type Workload, workloadKey } from '../../workloads/index.ts'
import { CommandError } from '../failure.ts'
import { carriedBy } from './carried.ts'
import { explainedOf } from './explained.ts'

export interface RecordingOptions {
  readonly history: ChosenHistory
  readonly goal: Goal
  readonly prices: PriceTable
  /** Manifests with the authors' values. */
  readonly manifests: readonly Manifest[]
  /** Files with these manifests; undefined if none of them belongs to this history. */
  readonly paths: readonly string[] | undefined
  readonly published: readonly Recommendation[]
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules?: readonly RunRule[] | undefined
}

/**
 * The viewer of a dashboard without a cluster: the person who runs it. They may see everything, and there is nothing to
 * decide.
 */
export const ONLOOKER: Viewer = {
  name: 'you',
  seen: async (namespaces) => new Set(namespaces),
  rights: async () => ({ decide: false, approve: false }),
  mayRestart: async () => undefined,
  actor: undefined,
}

/**
 * A history without a cluster as the data source of the dashboard. It does not change, so it is read once, when
 * somebody looks.
 */
export function recordingBacking(options: RecordingOptions): Backing {
  const { history, goal, prices, manifests, paths, published, rules } = options
  const manifestOf = (workload: Workload) =>
    manifests.find((one) => workloadKey(workloadOfManifest(one, rules)) === workloadKey(workload))
  const known = new Map(published.map((one) => [workloadKey({ ...one.metadata, ...one.spec.workload }), one]))
  let lastSeconds = Date.now() / 1000
  let reading: Promise<FleetInsight> | undefined
  const read = async () => {
    const { source, minimumHistory } = history
    const facts = await readFleetFacts(
      { history: source, ...(paths && { manifests: paths }) },
      { prices, goal, nowSeconds: Date.now() / 1000, minimumHistory, ...(rules && { rules }) },
    )
    lastSeconds = facts.timeSeconds
    const workloads = facts.workloads.map((one) => {
      const { metadata, status } = known.get(workloadKey(one.workload)) ?? {}
      if (!metadata || !status) return one
      const applied = { name: metadata.name, status: { ...status, state: 'Applied' as const } }
      return { ...one, mode: 'auto' as const, recommendation: applied }
    })
    return fleetInsight({ ...facts, workloads })
  }
  return {
    readOnly: 'Without a cluster, nothing waits for approval: learned values are applied immediately.',
    readFleet() {
      reading ??= read().catch((error) => {
        reading = undefined
        throw error
      })
      return reading
    },
    recommendation: async (_viewer, workload) => known.get(workloadKey(workload)),
    async pods(_viewer, workload) {
      const manifest = manifestOf(workload)
      // The recording is of Pods that carried what their authors wrote.
      const pods = manifest
        ? [{ ...readFleetPod(newPodOf(manifest) as ApiPod, rules), createdAt: new Date(0).toISOString() }]
        : []
      return { carried: carriedBy(pods, lastSeconds), oomKills: [] }
    },
    async explain(_viewer, workload) {
      const manifest = manifestOf(workload)
      if (!manifest)
        throw new CommandError(
          'There is no manifest of this workload. Give it with --pods FILE to see why its Pods have their values.',
        )
      return explainedOf(explainPod(subjectOf(manifest, rules), inputsOf(known.get(workloadKey(workload)))))
    },
    usage: {
      source: () => history.source,
      nowSeconds: () => lastSeconds,
      ...(history.minimumHistory && { minimumHistory: history.minimumHistory }),
    },
  }
}

function newPodOf(manifest: Manifest) {
  return podOf(manifest, { newUid: randomUUID, nowSeconds: Math.floor(Date.now() / 1000) })
}

function subjectOf(manifest: Manifest, rules: readonly RunRule[] | undefined): Subject {
  const pod = newPodOf(manifest)
  const { namespace } = pod.metadata
  const workload: Workload | undefined = identifyWorkload(pod.metadata, rules)
  return {
    what: `a Pod of ${workloadKey(manifest)}`,
    pod: pod as Subject['pod'],
    namespace,
    workload,
    isCreated: false,
    isLive: false,
  }
}

/** Inputs of the decision as for the local webhook: the default settings, and no constraints around the Pod. */
function inputsOf(recommendation: Recommendation | undefined) {
  const settings = Settings.parse({})
  return {
    mode: 'auto',
    status: recommendation?.status,
    effective: clusterPolicy(settings),
    approval: settings.approval,
    constraints: NO_CONSTRAINTS,
    limitDefaults: [],
    autoscalers: [],
    notes: [],
    unread: [],
  }
}
