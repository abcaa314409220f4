import { type KubeObject, LIMIT_RANGES, QUOTAS, Reflector, type ResourceType } from '../kube/index.ts'
import { type ConstraintsIndex, type Placed, readLimitRange, readQuota } from '../sizing/index.ts'
import type { InformerContext } from './context.ts'

type Specified = KubeObject & { readonly spec?: unknown; readonly status?: unknown }

/** Creates reflectors that keep the index of LimitRanges and ResourceQuotas in sync with the cluster. */
export function constraintsReflectors(context: InformerContext, index: ConstraintsIndex) {
  return [
    reflector(context, LIMIT_RANGES, ({ spec }) => readLimitRange(spec), index.limitRanges),
    reflector(context, QUOTAS, readQuota, index.quotas),
  ] as const
}

interface ByNamespace<T> {
  replace(all: Iterable<Placed<T>>): void
  put(one: Placed<T>): void
  delete(one: Placed<T>): void
}

function reflector<T>(
  { client, logger, time }: InformerContext,
  type: ResourceType,
  read: (object: Specified) => T,
  index: ByNamespace<T>,
) {
  return new Reflector<Specified, Placed<T>>({
    client,
    type,
    time,
    trim: (object) => {
      const { namespace = '', name = '' } = object.metadata
      return { namespace, name, value: read(object) }
    },
    onReplace: (all) => index.replace(all),
    onUpsert: (one) => index.put(one),
    onDelete: (one) => index.delete(one),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, `watching ${type.plural}`),
  })
}
