// What LimitRanger and ResourceQuota refuse about a Pod, written separately from their rules on whole objects: it shares nothing
// with src/policy but the reading of quantities. test/cluster/admission/golden.cluster.ts asks the real ones.
import type { Pod, PodContainer } from '../../src/policy/index.ts'
import { isObject, parseQuantity } from '../../src/resources/index.ts'
import { qosClassOf } from './pod-validation.ts'

type List = Record<string, unknown>
export interface LimitRangeSpec {
  limits: { type: string; min?: List; max?: List; maxLimitRequestRatio?: List }[]
}

/** In milli-units, as the plugins compare; a request that is not written is the limit, as defaulting has it. */
function amounts(container: PodContainer, field: 'requests' | 'limits'): Map<string, bigint> {
  const found = new Map<string, bigint>()
  for (const resource of ['cpu', 'memory']) {
    const { requests, limits } = container.resources ?? {}
    const text = field === 'requests' ? (requests?.[resource] ?? limits?.[resource]) : limits?.[resource]
    if (text !== undefined && text !== null) found.set(resource, parseQuantity(text)!)
  }
  return found
}

/** Amounts in nano-units, by resource. */
export interface Amounts {
  readonly requests: ReadonlyMap<string, bigint>
  readonly limits: ReadonlyMap<string, bigint>
}

export function podAmounts(pod: Pod): Amounts {
  return { requests: sumOf(pod, 'requests'), limits: sumOf(pod, 'limits') }
}

export function containerAmounts({ spec }: Pod): Amounts[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map((container) => ({
    requests: amounts(container, 'requests'),
    limits: amounts(container, 'limits'),
  }))
}

function sumOf({ spec }: Pod, field: 'requests' | 'limits'): Map<string, bigint> {
  const sum = new Map<string, bigint>()
  const sidecars = new Map<string, bigint>()
  const init = new Map<string, bigint>()
  const add = (to: Map<string, bigint>, what: Map<string, bigint>) => {
    for (const [resource, value] of what) to.set(resource, (to.get(resource) ?? 0n) + value)
  }
  for (const container of spec?.containers ?? []) add(sum, amounts(container, field))
  for (const container of spec?.initContainers ?? []) {
    const own = amounts(container, field)
    let needed: Map<string, bigint>
    if (container.restartPolicy === 'Always') {
      add(sum, own)
      add(sidecars, own)
      needed = new Map(sidecars)
    } else {
      needed = new Map(own)
      add(needed, sidecars)
    }
    for (const [resource, value] of needed) if (value > (init.get(resource) ?? -1n)) init.set(resource, value)
  }
  for (const [resource, value] of init) if (value > (sum.get(resource) ?? -1n)) sum.set(resource, value)
  return sum
}

const MILLI = 1_000_000n
const milli = (nanos: bigint) => (nanos + MILLI - 1n) / MILLI

function violations({ requests, limits }: Amounts, item: LimitRangeSpec['limits'][number]): string[] {
  const found: string[] = []
  for (const [resource, text] of Object.entries(item.min ?? {})) {
    const [request, limit, min] = [requests.get(resource), limits.get(resource), milli(parseQuantity(text)!)]
    if (request === undefined || milli(request) < min || (limit !== undefined && milli(limit) < min))
      found.push(`${item.type} min ${resource}`)
  }
  for (const [resource, text] of Object.entries(item.max ?? {})) {
    const [request, limit, max] = [requests.get(resource), limits.get(resource), milli(parseQuantity(text)!)]
    if (limit === undefined || milli(limit) > max || (request !== undefined && milli(request) > max))
      found.push(`${item.type} max ${resource}`)
  }
  for (const [resource, text] of Object.entries(item.maxLimitRequestRatio ?? {})) {
    const [request, limit] = [requests.get(resource), limits.get(resource)]
    const most = Number(milli(parseQuantity(text)!))
    if (!request || !limit || (Number(milli(limit)) / Number(milli(request))) * 1000 > most)
      found.push(`${item.type} ratio ${resource}`)
  }
  return found
}

/** Why LimitRanger would refuse the Pod; empty if it would not. */
export function limitRangerSays(pod: Pod, ranges: readonly LimitRangeSpec[]): string[] {
  return ranges.flatMap(({ limits }) =>
    limits.flatMap((item) => {
      const held = item.type === 'Pod' ? [podAmounts(pod)] : containerAmounts(pod)
      return held.flatMap((amount) => violations(amount, item))
    }),
  )
}

/** What a Pod is charged, by the resource names of a quota. */
export function quotaCharges(pod: Pod): Record<string, bigint> {
  const charged: Record<string, bigint> = {}
  for (const resource of ['cpu', 'memory']) {
    const overhead = parseQuantity(pod.spec?.overhead?.[resource]) ?? 0n
    const { requests, limits } = podAmounts(pod)
    const [request, limit] = [requests.get(resource), limits.get(resource)]
    if (request !== undefined || overhead > 0n) charged[`requests.${resource}`] = (request ?? 0n) + overhead
    if (limit) charged[`limits.${resource}`] = limit + overhead
  }
  return charged
}

/** Resource names of which the Pod takes more than is left. */
export function quotaSays(pod: Pod, left: Readonly<Record<string, bigint>>): string[] {
  return Object.entries(quotaCharges(pod)).flatMap(([name, amount]) => (amount > (left[name] ?? amount) ? [name] : []))
}

/** The part of a LimitRange's spec that concerns Pods; undefined if the API server would refuse the LimitRange. */
export function storedLimitRange(spec: unknown): LimitRangeSpec | undefined {
  const limits = isObject(spec) ? spec.limits : undefined
  if (!Array.isArray(limits)) return undefined
  const isStored = limits.every(
    (item) =>
      isObject(item) &&
      typeof item.type === 'string' &&
      ['min', 'max', 'maxLimitRequestRatio'].every((field) => item[field] === undefined || isAmounts(item[field])),
  )
  return isStored ? { limits: limits.filter(({ type }) => type === 'Container' || type === 'Pod') } : undefined
}

function isAmounts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => (parseQuantity(text) ?? -1n) >= 0n)
}

interface ApiQuota {
  readonly spec?: unknown
  readonly status?: unknown
}

/**
 * The names of which a Pod takes more than quotas leave it, of those that count it. Quotas that the API server would not store are
 * left out.
 */
export function quotasSay(pod: Pod, quotas: readonly ApiQuota[]): string[] {
  return quotas.flatMap(({ spec, status }) => {
    if (!isObject(spec) || !isAmounts(spec.hard) || !counts(spec, pod)) return []
    const hard = isObject(status) && isAmounts(status.hard) ? (status.hard as List) : {}
    const used = isObject(status) && isAmounts(status.used) ? (status.used as List) : {}
    const charged = quotaCharges(pod)
    return Object.keys(spec.hard as List).filter((name) => {
      const [most, taken] = [parseQuantity(hard[name]), parseQuantity(used[name])]
      // "status unknown for quota"
      if (most === undefined || taken === undefined) return true
      const amount = charged[name === 'cpu' || name === 'memory' ? `requests.${name}` : name] ?? 0n
      return amount > 0n && taken + amount > most
    })
  })
}

/** Whether a quota counts a Pod. Source: `podMatchesScopeFunc` of pkg/quota/v1/evaluator/core. */
function counts({ scopes, scopeSelector }: Record<string, unknown>, pod: Pod): boolean {
  const named = (Array.isArray(scopes) ? scopes : []).map((scopeName) => ({ scopeName, operator: 'Exists' }))
  const expressions = isObject(scopeSelector) ? scopeSelector.matchExpressions : []
  return [...named, ...(Array.isArray(expressions) ? expressions : [])].every((expression) => {
    const { scopeName, operator, values } = isObject(expression) ? expression : {}
    const { activeDeadlineSeconds, priorityClassName = '' } = pod.spec ?? {}
    switch (scopeName) {
      case 'Terminating':
        return typeof activeDeadlineSeconds === 'number' && activeDeadlineSeconds >= 0
      case 'NotTerminating':
        return typeof activeDeadlineSeconds !== 'number'
      case 'BestEffort':
        return qosClassOf(pod) === 'BestEffort'
      case 'NotBestEffort':
        return qosClassOf(pod) !== 'BestEffort'
      case 'PriorityClass': {
        const isAmong = Array.isArray(values) && values.includes(priorityClassName)
        if (operator === 'In') return isAmong
        if (operator === 'NotIn') return !isAmong
        return (operator === 'DoesNotExist') === (priorityClassName === '')
      }
      default:
        return false
    }
  })
}
