import type { LabelSelector } from '../../api/index.ts'
import { recommendationName } from '../../recommendations/index.ts'
import { isObject } from '../../resources/index.ts'
import type { Workload, WorkloadType } from '../../workloads/index.ts'
import { valueAt } from './merge-patch.ts'
import { type ApiObject, nameOf, namespaceOf, type Texts } from './objects.ts'

/** A workload that Plimsoll can size. */
export interface KnownWorkload {
  readonly type: WorkloadType
  readonly workload: Workload
  readonly object: ApiObject
  /** Selector of its Pods; undefined if it selects none. */
  readonly selector: LabelSelector | undefined
  readonly template: {
    readonly labels: Texts
    readonly annotations: Texts
    /** Names of its containers, without init containers. */
    readonly containers: readonly string[]
  }
}

/** Reads a workload of a type in `WORKLOAD_TYPES`. */
export function readWorkload(type: WorkloadType, object: ApiObject): KnownWorkload {
  const workload = { namespace: namespaceOf(object), kind: type.kind, name: nameOf(object) }
  const template = valueAt(object, templatePath(type))
  const labels = texts(valueAt(template, ['metadata', 'labels']))
  return {
    ...{ type, workload, object },
    // A CronJob has no selector: the labels of its template are what its Pods have.
    selector: type.kind === 'CronJob' ? selectorOf({ matchLabels: labels }) : selectorOf(object.spec?.selector),
    template: {
      labels,
      annotations: texts(valueAt(template, ['metadata', 'annotations'])),
      containers: names(valueAt(template, ['spec', 'containers'])),
    },
  }
}

/** Path of the Pod template in an object of a type. */
export function templatePath({ kind }: WorkloadType): readonly string[] {
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template']
}

function selectorOf(selector: unknown): LabelSelector | undefined {
  if (!isObject(selector)) return undefined
  const { matchLabels, matchExpressions } = selector as LabelSelector
  const hasLabels = isObject(matchLabels) && Object.keys(matchLabels).length > 0
  const hasExpressions = Array.isArray(matchExpressions) && matchExpressions.length > 0
  if (!hasLabels && !hasExpressions) return undefined
  return { ...(hasLabels && { matchLabels }), ...(hasExpressions && { matchExpressions }) }
}

/** Annotation of Pod templates: names of containers that Plimsoll leaves alone, separated by commas. */
export const IGNORED = 'plimsoll.dev/ignore-containers'

/** What the annotation must say so that Plimsoll also leaves these containers alone; undefined if it says so already. */
export function ignoring({ template }: KnownWorkload, containers: readonly string[]): string | undefined {
  const ignored = (template.annotations[IGNORED] ?? '').split(',').map((name) => name.trim())
  const missing = containers.filter((name) => !ignored.includes(name))
  return missing.length === 0 ? undefined : [...ignored.filter(Boolean), ...missing].join(',')
}

function texts(value: unknown): Texts {
  return isObject(value) ? (value as Texts) : {}
}

function names(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.flatMap((one) => (typeof one?.name === 'string' ? [one.name] : [])) : []
}

/** Name of a workload for people, such as `shop deployment/web`. */
export function describeWorkload({ namespace, kind, name }: Workload): string {
  return `${namespace} ${kind.toLowerCase()}/${name}`
}

/** Name of the SizingPolicy that takes a workload over. */
export function policyNameOf(workload: Workload): string {
  return `migrated-${recommendationName(workload)}`
}
