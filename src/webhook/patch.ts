import { DECISION_ANNOTATION, type Pod } from '../policy/index.ts'
import { formatQuantity, isObject, type ResourceName } from '../resources/index.ts'
import type { ContainerDecision, Decision } from '../sizing/index.ts'
import type { Operation } from './apply.ts'

/**
 * Builds the JSON patch (RFC 6902) that changes the Pod into what was decided. It is built directly, because diffing two clones
 * costs fifty times as much. It adds and replaces, and never removes.
 */
export function buildPatch(pod: Pod, decision: Decision): Operation[] {
  if (decision.outcome !== 'patched') return []
  return [
    ...decision.containers.flatMap((container) => [
      ...patchContainer(pod, container),
      ...patchPolicy(container),
      ...patchHeap(pod, container),
    ]),
    annotate(pod, decision.annotation!),
  ]
}

type Field = 'requests' | 'limits'

function patchContainer(pod: Pod, { list, index, resources }: ContainerDecision): Operation[] {
  const path = `/spec/${list}/${index}/resources`
  // The decision was made for this Pod, so its containers are at the decision's indexes.
  const existing = pod.spec![list]![index]!.resources
  const moved: Record<Field, [ResourceName, string][]> = { requests: [], limits: [] }
  for (const { resource, startup, ...steady } of resources) {
    const { carried, final } = startup ?? steady
    const limitMoves = final.limit !== undefined && final.limit !== carried.limit
    // A missing request defaults to the limit, and would change with it.
    const isImplied = limitMoves && (existing?.requests?.[resource] ?? undefined) === undefined
    if (final.request !== undefined && (final.request !== carried.request || isImplied)) {
      moved.requests.push([resource, formatQuantity(resource, final.request)])
    }
    if (limitMoves) moved.limits.push([resource, formatQuantity(resource, final.limit!)])
  }
  const fields = (['limits', 'requests'] as const).filter((field) => moved[field].length > 0)
  if (fields.length === 0) return []
  if (!isObject(existing)) {
    return [
      { op: 'add', path, value: Object.fromEntries(fields.map((field) => [field, Object.fromEntries(moved[field])])) },
    ]
  }
  return fields.flatMap((field): Operation[] => {
    const values = existing[field]
    if (!isObject(values)) return [{ op: 'add', path: `${path}/${field}`, value: Object.fromEntries(moved[field]) }]
    return moved[field].map(([resource, value]) => ({
      op: Object.hasOwn(values, resource) ? 'replace' : 'add',
      path: `${path}/${field}/${resource}`,
      value,
    }))
  })
}

/** Sets the `resizePolicy` with which a resize of the container's memory restarts it. */
function patchPolicy({ list, index, setsResizePolicy }: ContainerDecision): Operation[] {
  if (!setsResizePolicy) return []
  const value = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }]
  return [{ op: 'add', path: `/spec/${list}/${index}/resizePolicy`, value }]
}

/** Sets the variable by which the program's heap follows its memory limit. */
function patchHeap(pod: Pod, { list, index, heap }: ContainerDecision): Operation[] {
  if (!heap?.isNew) return []
  const { name, value } = heap
  const path = `/spec/${list}/${index}/env`
  const isList = Array.isArray(pod.spec![list]![index]!.env)
  return [
    isList ? { op: 'add', path: `${path}/-`, value: { name, value } } : { op: 'add', path, value: [{ name, value }] },
  ]
}

function annotate(pod: Pod, record: string): Operation {
  const annotations = pod.metadata?.annotations
  if (!isObject(annotations)) {
    return { op: 'add', path: '/metadata/annotations', value: { [DECISION_ANNOTATION]: record } }
  }
  const path = `/metadata/annotations/${DECISION_ANNOTATION.replaceAll('/', '~1')}`
  return { op: Object.hasOwn(annotations, DECISION_ANNOTATION) ? 'replace' : 'add', path, value: record }
}
