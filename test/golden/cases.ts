// Golden Pods: a Pod and what is in its cluster in, its values and the reasons out. One file each.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Recommendation, Runtimes, Startup } from '../../src/api/index.ts'
import { parseSettings } from '../../src/config/index.ts'
import {
  type ClassifiedNode,
  DECISION_ANNOTATION,
  DEFAULT_POLICY,
  nodeClasses,
  nodeNameOf,
  type Pod,
  type PodContainer,
  readRuntimes,
  startupBoost,
} from '../../src/policy/index.ts'
import { Snapshot } from '../../src/recommendations/index.ts'
import { mergeLimitRules, readLimitRange, readQuota } from '../../src/sizing/index.ts'
import { createAdmit } from '../../src/webhook/admission.ts'
import type { Operation } from '../../src/webhook/apply.ts'
import { reasonsOf } from '../../src/webhook/review.ts'
import { identifyWorkload } from '../../src/workloads/index.ts'
import { applyInPlace } from '../apply.ts'

export interface Golden {
  readonly name: string
  /** What the file's first comment says. */
  readonly about: string
  readonly pod: GoldenPod
  readonly cluster: {
    /** As in Helm's `settings`. */
    readonly settings?: object
    /** As in a SizingPolicy. */
    readonly startup?: Startup
    readonly runtimes?: Runtimes
    /** The status of the workload's Recommendation. */
    readonly recommendation?: Recommendation['status']
    /** Nodes, as the webhook watches them. */
    readonly nodes?: readonly ClassifiedNode[]
    readonly limitRanges?: readonly { readonly spec: { limits: never[] } }[]
    readonly quotas?: readonly { readonly spec: object; readonly status: object }[]
    /** An annotation of so many bytes, which nobody would want to read here. */
    readonly longAnnotation?: number
    /** An argument of so many characters for each container but `other`. */
    readonly longArgument?: number
    /** So many containers more than are written in the file; the outcome leaves them out. */
    readonly moreContainers?: number
  }
  /** What the API server says to the Pod as it is written here; `unasked` where it is not the judge. */
  readonly apiServer: 'accepts' | 'refuses' | 'unasked'
  readonly out: Outcome
}

export type GoldenPod = Pod & { metadata: { annotations?: Record<string, string>; labels?: Record<string, string> } }

export interface Outcome {
  /** All codes, the Pod's own first. */
  readonly codes: readonly string[]
  /**
   * `requests/limits` of CPU, then of memory, with the codes of each, by container; `resize` is what its `resizePolicy` says of memory, if
   * anything; `sets` are the variables that were added.
   */
  readonly containers: Readonly<
    Record<string, Readonly<Record<'cpu' | 'memory', string> & { resize?: string; sets?: string }>>
  >
}

/** Name of the containers that a file does not write out. */
const ANOTHER = 'another-'
const FOLDER = import.meta.dirname
export const NAMESPACE = 'shop'
/** Of the review: what a canary is drawn by. */
export const UID = 'golden'

export function goldenNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace('.yaml', ''))
    .sort()
}

export function golden(name: string): Golden {
  const text = readFileSync(join(FOLDER, `${name}.yaml`), 'utf8')
  const about = /^# (.*)$/m.exec(text)?.[1] ?? ''
  const read = parse(text) as Golden
  const { longAnnotation, longArgument, moreContainers = 0 } = read.cluster
  const pod = structuredClone(read.pod) as GoldenPod & { spec: { containers: PodContainer[] } }
  if (longAnnotation) pod.metadata.annotations = { ...pod.metadata.annotations, filler: 'x'.repeat(longAnnotation) }
  const { containers, initContainers = [] } = pod.spec
  for (const container of longArgument ? [...initContainers!, ...containers] : [])
    if (container.name !== 'other') Object.assign(container, { args: ['x'.repeat(longArgument!)] })
  for (let i = 0; i < moreContainers; i++)
    containers.push({ name: `${ANOTHER}${i}`, image: 'registry.example/another:1' })
  return { ...read, name, about, pod }
}

/** Runs the whole path of a request on it. */
export function admitGolden({ pod, cluster }: Golden): { after: GoldenPod; outcome: Outcome } {
  const { settings = {}, startup, runtimes, recommendation, nodes = [], limitRanges = [], quotas = [] } = cluster
  const snapshot = new Snapshot()
  const workload = identifyWorkload({ ...pod.metadata, namespace: NAMESPACE } as never)
  if (workload && recommendation) {
    const { kind, name, namespace } = workload
    snapshot.put({ metadata: { namespace }, spec: { workload: { kind, name } }, status: recommendation })
  }
  const {
    bounds,
    limits,
    sizeBestEffort,
    apply,
    nodeClasses: byNode,
  } = parseSettings(JSON.stringify(settings), 'golden')
  const admit = createAdmit({
    snapshot,
    policy: () => ({
      ...{ ...DEFAULT_POLICY, bounds, limits, sizeBestEffort, running: apply.running },
      ...(startup && { startup: startupBoost(startup) }),
      ...(runtimes && { heaps: readRuntimes('web', runtimes) }),
    }),
    classesOf: (name) => classesIn(nodes, name, byNode.labels),
    constraints: () => ({
      limits: mergeLimitRules(limitRanges.map(({ spec }) => readLimitRange(spec))),
      quotas: quotas.map(readQuota),
    }),
  })
  const request = { uid: UID, kind: { group: '', version: 'v1', kind: 'Pod' }, operation: 'CREATE' }
  const response = admit({ ...request, namespace: NAMESPACE, object: structuredClone(pod) }, 'auto')
  const after = structuredClone(pod)
  const patch: Operation[] = response.patch ? JSON.parse(Buffer.from(response.patch, 'base64').toString()) : []
  applyInPlace(after, patch)
  return { after, outcome: { codes: reasonsOf(response), containers: describe(after, pod) } }
}

/** Classes of the node that a golden Pod is for. */
export function nodeClassesOf({ pod, cluster: { nodes = [], settings = {} } }: Pick<Golden, 'pod' | 'cluster'>) {
  return classesIn(nodes, nodeNameOf(pod), parseSettings(JSON.stringify(settings), 'golden').nodeClasses.labels)
}

function classesIn(nodes: readonly ClassifiedNode[], name: string | undefined, labels: readonly string[]) {
  const node = nodes.find(({ metadata }) => metadata.name === name)
  return node ? nodeClasses(node, labels) : []
}

function describe(pod: GoldenPod, before: GoldenPod): Outcome['containers'] {
  const { reasons = {} } = JSON.parse(pod.metadata.annotations?.[DECISION_ANNOTATION] ?? '{}')
  const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
  const written = all.filter(({ name }) => !name?.startsWith(ANOTHER))
  return Object.fromEntries(
    written.map(({ name, resources, resizePolicy, env }) => {
      const say = (resource: 'cpu' | 'memory') => {
        const values = `${resources?.requests?.[resource] ?? '-'}/${resources?.limits?.[resource] ?? '-'}`
        return [values, ...(reasons[`${name}.${resource}`] ?? [])].join(' ')
      }
      const policies = (resizePolicy ?? []) as readonly { resourceName: string; restartPolicy: string }[]
      const resize = policies.find(({ resourceName }) => resourceName === 'memory')?.restartPolicy
      const sets = env?.slice(countVariables(before, name)).map((added) => `${added.name}=${added.value}`)
      return [
        name,
        {
          cpu: say('cpu'),
          memory: say('memory'),
          ...(resize && { resize }),
          ...(sets?.length && { sets: sets.join(' ') }),
        },
      ]
    }),
  )
}

function countVariables({ spec }: GoldenPod, container: string | undefined): number {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
  return all.find(({ name }) => name === container)?.env?.length ?? 0
}
