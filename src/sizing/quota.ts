import type { Pod } from '../policy/index.ts'
import { type Allotment, type Nanos, parseQuantity, type ResourceName } from '../resources/index.ts'
import { max, min } from './extremes.ts'

/** CPU and memory keys that a ResourceQuota counts; `cpu` and `memory` are other names for the requests. */
export const QUOTA_KEYS = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const
export type QuotaKey = (typeof QUOTA_KEYS)[number]

/** Amounts in nano-units by key; a missing key means no limit, or no request. */
export type Amounts = Readonly<Partial<Record<QuotaKey, Nanos>>>

interface Scope {
  readonly name: string
  readonly operator: string
  readonly values: ReadonlySet<string>
}

/** What is left of a ResourceQuota, as last seen, and the scopes that say which Pods it counts. */
export interface Quota {
  readonly left: Amounts
  readonly scopes: readonly Scope[]
}

const NONE: ReadonlySet<string> = new Set()
/** Names that a ResourceQuota may use for each key. */
const NAMES: Readonly<Record<QuotaKey, readonly string[]>> = {
  'requests.cpu': ['requests.cpu', 'cpu'],
  'requests.memory': ['requests.memory', 'memory'],
  'limits.cpu': ['limits.cpu'],
  'limits.memory': ['limits.memory'],
}

/** Reads a ResourceQuota. Without a status, nothing is left: the API server refuses Pods until there is one. */
export function readQuota({ spec, status }: { readonly spec?: unknown; readonly status?: unknown }): Quota {
  const { hard: wanted, scopes, scopeSelector } = fields(spec)
  const { hard, used } = fields(status)
  const left: Partial<Record<QuotaKey, Nanos>> = {}
  for (const key of QUOTA_KEYS) {
    for (const name of NAMES[key]) {
      if (fields(wanted)[name] === undefined) continue
      const [most, taken] = [parseQuantity(fields(hard)[name]), parseQuantity(fields(used)[name])]
      const rest = most === undefined || taken === undefined ? 0n : max(most - taken, 0n)
      left[key] = min(left[key] ?? rest, rest)
    }
  }
  const named = list(scopes).map((name) => ({ name: String(name), operator: 'Exists', values: NONE }))
  const selected = list(fields(scopeSelector).matchExpressions).map((expression) => {
    const { scopeName, operator, values } = fields(expression)
    return { name: String(scopeName), operator: String(operator), values: new Set(list(values).map(String)) }
  })
  return { left, scopes: [...named, ...selected] }
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Whether a quota may count a Pod. An unknown scope counts as a match, which can only hold more back. */
export function mayCount({ scopes }: Quota, pod: Pod): boolean {
  return scopes.every(({ name, operator, values }) => {
    const isTerminating = Number(pod.spec?.activeDeadlineSeconds ?? -1) >= 0
    if (name === 'Terminating') return isTerminating
    if (name === 'NotTerminating') return !isTerminating
    if (name === 'PriorityClass') return selectsClass(operator, values, pod.spec?.priorityClassName)
    return true
  })
}

function selectsClass(operator: string, values: ReadonlySet<string>, name: unknown): boolean {
  const own = typeof name === 'string' ? name : ''
  if (operator === 'In') return values.has(own)
  if (operator === 'NotIn') return !values.has(own)
  if (operator === 'DoesNotExist') return own === ''
  return own !== ''
}

/** Whether another quota might count a BestEffort Pod that becomes Burstable. */
export function changesQuotaScope(quotas: readonly Quota[]): boolean {
  return quotas.some(({ scopes }) => scopes.some(({ name }) => name === 'BestEffort' || name === 'NotBestEffort'))
}

/** What a Pod is charged, including its overhead (RuntimeClass), which counts for limits only if the Pod has one. */
export function charges(
  total: Readonly<Record<ResourceName, Allotment>>,
  overhead: Readonly<Record<ResourceName, Nanos>>,
): Amounts {
  const amounts: Partial<Record<QuotaKey, Nanos>> = {}
  for (const [resource, { request, limit }] of Object.entries(total) as [ResourceName, Allotment][]) {
    if (request !== undefined || overhead[resource] > 0n)
      amounts[`requests.${resource}`] = (request ?? 0n) + overhead[resource]
    if (limit) amounts[`limits.${resource}`] = limit + overhead[resource]
  }
  return amounts
}
