import { isObject, parseQuantity, toNumber } from '../resources/index.ts'
import type { Pod } from './pod.ts'

/** The fields of core/v1 Node that determine its classes. */
export interface ClassifiedNode {
  readonly metadata: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> }
  readonly status?: {
    readonly capacity?: Readonly<Record<string, string>>
    readonly allocatable?: Readonly<Record<string, string>>
  }
}

/**
 * The classes that a node belongs to: `cpu=` its whole cores of capacity, `pods=` the most Pods that it accepts, and each of the labels
 * that it has, as `LABEL=VALUE`.
 *
 * @param labels keys of labels that may tell classes apart
 */
export function nodeClasses({ metadata, status }: ClassifiedNode, labels: readonly string[]): readonly string[] {
  const cores = parseQuantity(status?.capacity?.cpu)
  const pods = parseQuantity(status?.allocatable?.pods)
  return [
    ...(cores === undefined ? [] : [`cpu=${Math.round(toNumber(cores))}`]),
    ...(pods === undefined ? [] : [`pods=${toNumber(pods)}`]),
    ...labels.flatMap((label) => {
      const value = metadata.labels?.[label]
      return value === undefined ? [] : [`${label}=${value}`]
    }),
  ]
}

/**
 * The node of a Pod: the one that it is bound to, or the one that the controller of a DaemonSet has named in its affinity.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled
 */
export function nodeNameOf(pod: Pick<Pod, 'spec'>): string | undefined {
  const spec: unknown = pod.spec
  if (!isObject(spec)) return undefined
  if (typeof spec.nodeName === 'string' && spec.nodeName !== '') return spec.nodeName
  const terms: unknown = at(
    spec,
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  )
  const fields: unknown = Array.isArray(terms) ? at(terms[0], 'matchFields') : undefined
  if (!Array.isArray(fields)) return undefined
  const named: unknown = fields.find(
    (field) => isObject(field) && field.key === 'metadata.name' && field.operator === 'In',
  )
  const values: unknown = at(named, 'values')
  return Array.isArray(values) && values.length === 1 && typeof values[0] === 'string' ? values[0] : undefined
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((object, key) => (isObject(object) ? object[key] : undefined), value)
}
