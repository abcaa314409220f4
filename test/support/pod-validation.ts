// What the API server says to a Pod before LimitRanger and ResourceQuota, and the Pod's QoS class, written separately from the rules of core/v1
// for the fields that Plimsoll reads or changes. It shares nothing with src but the reading of quantities. Where the rules are
// longer than this, it is stricter than the API server.
import type { Pod, PodContainer } from '../../src/policy/index.ts'
import { isObject, parseQuantity } from '../../src/resources/index.ts'

/** `TotalAnnotationSizeLimitB` of apimachinery. */
const MAX_ANNOTATION_BYTES = 256 * 1024
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const QUALIFIED_NAME = /^([a-z0-9]([-.a-z0-9]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
/** Resources that may be overcommitted. For all others, the request must equal the limit. */
const RESOURCES: readonly string[] = ['cpu', 'memory', 'ephemeral-storage']

/** Why the API server would refuse a Pod; empty if the Pod is valid. */
export function validationSays(pod: unknown): string[] {
  const said: string[] = []
  const expect = (isGood: boolean, what: string) => {
    if (!isGood) said.push(what)
    return isGood
  }
  if (!expect(isObject(pod) && isObject(pod.metadata) && isObject(pod.spec), 'metadata and spec')) return said
  const { metadata, spec } = pod as { metadata: Record<string, unknown>; spec: Record<string, unknown> }
  expect(isMap(metadata.annotations, QUALIFIED_NAME, isText), 'metadata.annotations')
  const isLabel = (value: unknown) => isText(value) && LABEL_VALUE.test(value)
  expect(isMap(metadata.labels, QUALIFIED_NAME, isLabel), 'metadata.labels')
  expect(isListOf(metadata.ownerReferences, isOwner), 'metadata.ownerReferences')
  const bytes = Object.entries(metadata.annotations ?? {}).reduce(
    (sum, pair) => sum + Buffer.byteLength(pair.join('')),
    0,
  )
  expect(bytes <= MAX_ANNOTATION_BYTES, `${bytes} bytes of annotations`)
  expect(spec.priorityClassName === undefined || isText(spec.priorityClassName), 'spec.priorityClassName')
  expect(isPositiveInteger(spec.activeDeadlineSeconds), 'spec.activeDeadlineSeconds')
  expect(isMap(spec.overhead, QUALIFIED_NAME, isAmount), 'spec.overhead')
  expect(Array.isArray(spec.containers) && spec.containers.length > 0, 'spec.containers')
  const names = new Set<unknown>()
  for (const list of ['initContainers', 'containers']) {
    if (!expect(isListOf(spec[list], isObject), `spec.${list}`)) continue
    for (const [i, container] of ((spec[list] ?? []) as Record<string, unknown>[]).entries()) {
      const wrong = wrongOf(container, list === 'initContainers')
      if (names.has(container.name)) wrong.push('name, which another has')
      names.add(container.name)
      said.push(...wrong.map((what) => `spec.${list}[${i}].${what}`))
    }
  }
  return said
}

function wrongOf(container: Record<string, unknown>, isInit: boolean): string[] {
  const { name, image, restartPolicy, resources, env } = container
  const wrong: string[] = []
  if (!isText(name) || !LABEL.test(name)) wrong.push('name')
  if (!isText(image) || image === '') wrong.push('image')
  if (!(restartPolicy === undefined || (isInit && restartPolicy === 'Always'))) wrong.push('restartPolicy')
  for (const list of ['command', 'args']) if (!isListOf(container[list], isText)) wrong.push(list)
  if (!isListOf(env, isVariable)) wrong.push('env')
  if (resources === undefined || resources === null) return wrong
  if (!isObject(resources)) return [...wrong, 'resources']
  for (const field of ['requests', 'limits'])
    if (!isMap(resources[field], RESOURCES, isAmount)) return [...wrong, `resources.${field}`]
  const { requests, limits } = resources as Record<string, Record<string, unknown> | undefined>
  for (const [resource, request] of Object.entries(requests ?? {})) {
    const limit = limits?.[resource]
    if (limit !== undefined && parseQuantity(request)! > parseQuantity(limit)!)
      wrong.push(`resources.requests.${resource}, which is above the limit`)
  }
  return wrong
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed()
}

function isAmount(value: unknown): boolean {
  return (parseQuantity(value) ?? -1n) >= 0n
}

function isPositiveInteger(value: unknown): boolean {
  return value === undefined || value === null || (Number.isInteger(value) && (value as number) > 0)
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.every(isItem))
}

function isMap(value: unknown, keys: RegExp | readonly string[], isItem: (item: unknown) => boolean): boolean {
  if (value === undefined || value === null) return true
  const isKey = (key: string) => (keys instanceof RegExp ? keys.test(key) : keys.includes(key))
  return isObject(value) && Object.entries(value).every(([key, item]) => isKey(key) && isItem(item))
}

function isOwner(owner: unknown): boolean {
  if (!isObject(owner)) return false
  const { apiVersion, kind, name, uid, controller } = owner
  const areTexts = [apiVersion, kind, name, uid].every((text) => isText(text) && text !== '')
  return areTexts && (controller === undefined || typeof controller === 'boolean')
}

function isVariable(variable: unknown): boolean {
  if (!isObject(variable)) return false
  const { name, value, valueFrom } = variable
  return (
    isText(name) &&
    name !== '' &&
    (value === undefined || isText(value)) &&
    (valueFrom === undefined || isObject(valueFrom))
  )
}

/**
 * The QoS class that the API server gives to a valid Pod.
 *
 * Source: `ComputePodQOS` of pkg/apis/core/v1/helper/qos
 */
export function qosClassOf({ spec }: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const sums = { requests: new Map<string, bigint>(), limits: new Map<string, bigint>() }
  let isGuaranteed = true
  for (const { resources } of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])] as PodContainer[]) {
    for (const resource of ['cpu', 'memory']) {
      // A request that is not written is the limit, as defaulting has it.
      const limit = parseQuantity(resources?.limits?.[resource]) ?? 0n
      const request = parseQuantity(resources?.requests?.[resource] ?? resources?.limits?.[resource]) ?? 0n
      if (request > 0n) sums.requests.set(resource, (sums.requests.get(resource) ?? 0n) + request)
      if (limit > 0n) sums.limits.set(resource, (sums.limits.get(resource) ?? 0n) + limit)
      else isGuaranteed = false
    }
  }
  if (sums.requests.size === 0 && sums.limits.size === 0) return 'BestEffort'
  const isEqual = [...sums.requests].every(([resource, amount]) => sums.limits.get(resource) === amount)
  return isGuaranteed && isEqual && sums.requests.size === sums.limits.size ? 'Guaranteed' : 'Burstable'
}
