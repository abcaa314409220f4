import type { RecommendationStatus, WrittenValues } from '../../api/index.ts'
import type { WorkloadInsight } from '../../insight/index.ts'
import { parseQuantity, toNumber } from '../../resources/index.ts'
import type { Steps } from '../wire.ts'

interface Value {
  readonly request?: number
  readonly limit?: number
}

/**
 * Values that new Pods of a workload got over time, as far back as the changelog goes; without entries, the applied
 * values or those of the author.
 */
export function stepsOf(
  { containers }: Pick<WorkloadInsight, 'containers'>,
  { changelog = [] }: Pick<RecommendationStatus, 'changelog'>,
): readonly Steps[] {
  const changes = changelog.flatMap(({ time, changes = [] }) =>
    changes.map((change) => ({ ...change, seconds: Date.parse(time) / 1000 })),
  )
  return containers.flatMap(({ name: container, cpuCores, memoryBytes }) =>
    [['cpu', cpuCores] as const, ['memory', memoryBytes] as const].map(
      ([resource, { applied, author, now }]): Steps => {
        const own = changes.filter((change) => change.container === container && change.resource === resource)
        const since = own.length > 0 ? readValue(own[0]!.from) : (applied ?? author ?? now ?? {})
        const steps = [{ seconds: 0, ...since }, ...own.map(({ seconds, to }) => ({ seconds, ...readValue(to) }))]
        return { container, resource, steps }
      },
    ),
  )
}

function readValue({ request, limit }: WrittenValues = {}): Value {
  const [requested, limited] = [request, limit].map((text) => {
    const nanos = parseQuantity(text)
    return nanos === undefined ? undefined : toNumber(nanos)
  })
  return { ...(requested !== undefined && { request: requested }), ...(limited !== undefined && { limit: limited }) }
}
