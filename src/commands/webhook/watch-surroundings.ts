import {
  type KubeClient,
  type KubeObject,
  LIMIT_RANGES,
  QUOTAS,
  Reflector,
  type ResourceType,
} from '../../kube/index.ts'
import { type ConstraintsIndex, type Placed, readLimitRange, readQuota } from '../../sizing/index.ts'
import type { Logger } from '../../telemetry/index.ts'

type Specified = KubeObject & { readonly spec?: unknown; readonly status?: unknown }

/** Keep the book of LimitRanges and ResourceQuotas as the cluster has them. */
export function surroundingsReflectors(client: KubeClient, book: ConstraintsIndex, logger: Logger) {
  return [
    follow(client, LIMIT_RANGES, ({ spec }) => readLimitRange(spec), book.limitRanges, logger),
    follow(client, QUOTAS, readQuota, book.quotas, logger),
  ] as const
}

interface Shelf<T> {
  replace(all: Iterable<Placed<T>>): void
  put(one: Placed<T>): void
  delete(one: Placed<T>): void
}

function follow<T>(
  client: KubeClient,
  type: ResourceType,
  read: (object: Specified) => T,
  shelf: Shelf<T>,
  logger: Logger,
) {
  return new Reflector<Specified, Placed<T>>({
    client,
    type,
    trim: (object) => {
      const { namespace = '', name = '' } = object.metadata
      return { namespace, name, value: read(object) }
    },
    onReplace: (all) => shelf.replace(all),
    onUpsert: (one) => shelf.put(one),
    onDelete: (one) => shelf.delete(one),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, `watching ${type.plural}`),
  })
}
