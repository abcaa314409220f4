import type { Carried } from '../../dashboard/index.ts'
import type { FleetPod } from '../../fleet/index.ts'
import { type Allotment, RESOURCES, type ResourceName, readable, toNumber } from '../../resources/index.ts'

/** Most values of one resource that are told apart. Pods of one workload rarely differ in more than two. */
const MOST_VALUES = 16

/**
 * Values of the running Pods of one workload, and since when: for each container and resource, every different pair of
 * request and limit, and the first time from which a Pod that still runs has had it.
 *
 * @param nowSeconds Unix time, used as the start of values that nobody has recorded
 */
export function carriedBy(pods: readonly FleetPod[], nowSeconds: number): Carried[] {
  const all = pods.filter(({ hasEnded }) => !hasEnded).flatMap((pod) => valuesOf(pod, nowSeconds))
  const byResource = Map.groupBy(all, ({ container, resource }) => `${container}/${resource}`)
  return [...byResource.values()].map((its): Carried => {
    const { container, resource } = its[0]!
    const same = Map.groupBy(its, ({ request, limit }) => `${request} ${limit}`)
    const values = [...same.values()].map((equal) => ({
      sinceSeconds: Math.min(...equal.map(({ sinceSeconds }) => sinceSeconds)),
      pods: equal.length,
      ...given('request', equal[0]!.request),
      ...given('limit', equal[0]!.limit),
    }))
    return { container, resource, values: values.sort((a, b) => b.pods - a.pods).slice(0, MOST_VALUES) }
  })
}

interface Value {
  readonly container: string
  readonly resource: ResourceName
  readonly sinceSeconds: number
  readonly request: number | undefined
  readonly limit: number | undefined
}

function valuesOf({ createdAt, carries, containers, shape }: FleetPod, nowSeconds: number): Value[] {
  const names = shape.slots.flatMap(({ name, kind }) => (kind === 'init' ? [] : [name]))
  return names.flatMap((container) => {
    const { spec, actual, isAsRecorded } = containers.get(container)!
    // Somebody has resized it, and no field says when.
    const sinceSeconds = isAsRecorded ? Date.parse(carries?.since ?? createdAt) / 1000 : nowSeconds
    return RESOURCES.map((resource): Value => {
      const { request, limit } = { ...readable(spec[resource]), ...known(readable(actual?.[resource] ?? {})) }
      return { container, resource, sinceSeconds, request: amountOf(request), limit: amountOf(limit) }
    })
  })
}

/** The fields that the kubelet has reported. */
function known({ request, limit }: Allotment): Allotment {
  return { ...(request !== undefined && { request }), ...(limit !== undefined && { limit }) }
}

function amountOf(nanos: bigint | undefined): number | undefined {
  return nanos === undefined ? undefined : toNumber(nanos)
}

function given<Field extends string>(field: Field, value: number | undefined): { readonly [field in Field]?: number } {
  return (value === undefined ? {} : { [field]: value }) as { readonly [field in Field]?: number }
}
