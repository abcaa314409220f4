// What the loop's tests see of a cluster, as a person with kubectl would.
import { brotliDecompressSync } from 'node:zlib'
import {
  API_VERSION,
  type ContainerRecommendation,
  Recommendation,
  type RecommendationStatus,
} from '../../../src/api/index.ts'
import { GOAL_PRICES, restoreLearner } from '../../../src/learner/index.ts'
import { recommendationName } from '../../../src/recommendations/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { type ControlPlane, until } from '../harness/index.ts'

interface Values {
  readonly cpu?: string
  readonly memory?: string
}

export interface SeenResources {
  readonly requests?: Values
  readonly limits?: Values
}

interface SeenContainer {
  readonly name: string
  readonly resources: SeenResources
}

export interface SeenPod {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly creationTimestamp: string
    readonly deletionTimestamp?: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: { readonly containers: readonly SeenContainer[]; readonly initContainers?: readonly SeenContainer[] }
  readonly status: {
    readonly phase: string
    readonly containerStatuses?: readonly {
      readonly name: string
      readonly ready: boolean
      readonly restartCount: number
      readonly lastState: { readonly terminated?: { readonly reason: string } }
    }[]
  }
}

/** Pods of a workload that nobody has deleted yet; their label `app` names it. */
export async function podsOf({ read }: ControlPlane, { namespace, name }: Workload): Promise<SeenPod[]> {
  const pods = await read<{ items: SeenPod[] }>(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${name}`)
  return pods!.items.filter(({ metadata }) => !metadata.deletionTimestamp)
}

export function containersOf({ spec }: SeenPod): readonly SeenContainer[] {
  return [...(spec.initContainers ?? []), ...spec.containers]
}

function isReady({ status: { containerStatuses = [] } }: SeenPod): boolean {
  return containerStatuses.length > 0 && containerStatuses.every(({ ready }) => ready)
}

/** Restarts every Pod of a workload, by a rollout or the next run unless `act` does it, and waits for the new ones. */
export async function restart(
  cluster: ControlPlane,
  workload: Workload,
  act = () => rollOut(cluster, workload),
): Promise<SeenPod[]> {
  const { namespace, kind, name } = workload
  const old = new Set((await podsOf(cluster, workload)).map(({ metadata }) => metadata.uid))
  await act()
  return await until(
    `new Pods of ${namespace}/${kind}/${name}`,
    async () => {
      const pods = await podsOf(cluster, workload)
      const fresh = pods.filter(({ metadata }) => !old.has(metadata.uid))
      const isWhole = kind === 'CronJob' ? fresh.length > 0 : fresh.length === pods.length
      return isWhole && fresh.length > 0 && fresh.every(isReady) && fresh
    },
    { timeoutMilliseconds: 240_000, everyMilliseconds: 1000 },
  )
}

async function rollOut({ kubectl }: ControlPlane, { namespace, kind, name }: Workload): Promise<void> {
  // A StatefulSet does not replace a Pod that is not ready, and a CronJob starts its next run anyway.
  if (kind === 'StatefulSet') await kubectl(['delete', 'pods', `--namespace=${namespace}`, `--selector=app=${name}`])
  // Refused within a second of another one.
  else if (kind !== 'CronJob')
    await until('the restart', () => kubectl(['rollout', 'restart', kind, name, `--namespace=${namespace}`]))
}

/** A webhook that has not heard by then does not hear. */
const MOST_ROUNDS = 3

/**
 * Restarts every Pod of a workload until `is` holds for all: webhooks see what is applied a moment after the API
 * server does, and a Pod that came before stays as it is.
 */
export async function restartUntil(
  cluster: ControlPlane,
  workload: Workload,
  what: string,
  is: (pod: SeenPod) => boolean,
  act?: () => Promise<void>,
): Promise<SeenPod[]> {
  for (let round = 1; ; round++) {
    const pods = await restart(cluster, workload, act)
    if (pods.every(is)) return pods
    if (round === MOST_ROUNDS) throw new Error(`${workload.name} was restarted ${round} times in vain for ${what}`)
  }
}

/** Status of a workload's Recommendation; undefined while there is none. */
export async function recommendationOf(
  { read }: ControlPlane,
  workload: Workload,
): Promise<RecommendationStatus | undefined> {
  const object = await read(pathOf('recommendations', workload))
  return object === undefined ? undefined : Recommendation.parse(object).status
}

function pathOf(plural: string, workload: Workload): string {
  return `/apis/${API_VERSION}/namespaces/${workload.namespace}/${plural}/${recommendationName(workload)}`
}

/** Waits until the status of a workload's Recommendation is as `is` has it; `what` is for the message where it never is. */
export async function awaitStatus(
  cluster: ControlPlane,
  workload: Workload,
  what: string,
  is: (status: RecommendationStatus) => unknown,
  timeoutMilliseconds = 240_000,
): Promise<RecommendationStatus> {
  return await until(
    what,
    async () => {
      const status = await recommendationOf(cluster, workload)
      return status && is(status) ? status : false
    },
    { timeoutMilliseconds, everyMilliseconds: 1000 },
  )
}

/** Waits until a revision is applied that has CPU and memory of so many containers. */
export async function appliedTo(
  cluster: ControlPlane,
  workload: Workload,
  containers: number,
): Promise<NonNullable<RecommendationStatus['applied']>> {
  const what = `an applied revision for ${workload.namespace}/${workload.kind}/${workload.name}`
  const isWhole = ({ applied }: RecommendationStatus) =>
    applied?.containers.filter(({ cpu, memory }) => cpu && memory).length === containers
  // Of a CronJob's runs there are few samples.
  const { applied } = await awaitStatus(cluster, workload, what, isWhole, 420_000)
  return applied!
}

/** What a workload's checkpoint holds, told as its learner would tell it; undefined while there is none. */
export async function checkpointOf(
  { read }: ControlPlane,
  workload: Workload,
): Promise<{ readonly savedAt: string; readonly containers: readonly ContainerRecommendation[] } | undefined> {
  type Checkpoint = { readonly status?: { readonly savedAt: string; readonly state: string } }
  const { status } = (await read<Checkpoint>(pathOf('recommendationcheckpoints', workload))) ?? {}
  if (!status) return undefined
  const minimumHistory = { seconds: 0, samples: 1 }
  const learner = restoreLearner(brotliDecompressSync(Buffer.from(status.state, 'base64')), { minimumHistory })
  const terms = { prices: GOAL_PRICES.balanced, cadence: '24h' } as const
  const { containers } = learner.recommend(workload, Date.parse(status.savedAt) / 1000, terms)
  return { savedAt: status.savedAt, containers }
}
