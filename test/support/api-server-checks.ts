// What LimitRanger and ResourceQuota hold against a Pod, written anew from their rules on whole objects: it shares nothing
// with src/policy but the reading of quantities. test/cluster/admission/golden.cluster.ts asks the real ones.
import type { Pod, PodContainer } from '../../src/policy/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'

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

/** Nano-units by resource. */
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

/** What LimitRanger would say; nothing where it lets the Pod pass. */
export function limitRangerSays(pod: Pod, ranges: readonly LimitRangeSpec[]): string[] {
  return ranges.flatMap(({ limits }) =>
    limits.flatMap((item) => {
      const held = item.type === 'Pod' ? [podAmounts(pod)] : containerAmounts(pod)
      return held.flatMap((amount) => violations(amount, item))
    }),
  )
}

/** What a Pod is charged, by the names of a quota. */
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

/** The names of which the Pod takes more than is left. */
export function quotaSays(pod: Pod, left: Readonly<Record<string, bigint>>): string[] {
  return Object.entries(quotaCharges(pod)).flatMap(([name, amount]) => (amount > (left[name] ?? amount) ? [name] : []))
}
