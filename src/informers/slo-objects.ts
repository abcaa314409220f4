import { SLO_TYPES, type SloObjectKind } from '../api/index.ts'
import { type KubeObject, Reflector, type ResourceType } from '../kube/index.ts'
import type { SloObject, SloObjects } from '../slos/index.ts'
import type { InformerContext } from './context.ts'
import { whenServed } from './when-served.ts'

/**
 * Keeps the objects of these kinds in sync with the cluster until the signal aborts. If the cluster does not have a type yet, waits for
 * it.
 *
 * @returns when all have ended
 */
export async function followSloObjects(
  context: InformerContext,
  kinds: readonly SloObjectKind[],
  objects: SloObjects,
  signal: AbortSignal,
): Promise<void> {
  const types = kinds.flatMap((kind) => SLO_TYPES[kind])
  await Promise.all(
    types.map(async (type) => {
      await whenServed(context, type, undefined, signal)
      await sloObjectReflector(context, type, objects).run(signal)
    }),
  )
}

function sloObjectReflector({ client, logger, time }: InformerContext, type: ResourceType, objects: SloObjects) {
  const { kind } = type
  return new Reflector<KubeObject & { readonly spec?: unknown }, SloObject>({
    client,
    type,
    time,
    trim: ({ metadata, spec }) => ({ kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '', spec }),
    onReplace: (all) => objects.replace(kind, all),
    onUpsert: (one) => objects.put(one),
    onDelete: (one) => objects.delete(one),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, `watching ${type.plural}`),
  })
}
