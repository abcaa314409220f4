import { type ApiNode, type ClusterInventory, type FleetNode, readNode } from '../fleet/index.ts'
import { HPAS, type KubeObject, NODES, Reflector, type ResourceType, VPAS } from '../kube/index.ts'
import { type ApiHpa, type ApiVpa, type Autoscaler, readHpa, readVpa } from '../policy/index.ts'
import type { InformerContext } from './context.ts'
import { followScaleTargets } from './scale-targets.ts'
import { whenServed } from './when-served.ts'

/**
 * Creates a reflector that keeps the nodes in sync with the cluster.
 *
 * @param labels keys of labels that may tell classes of nodes apart
 */
export function followNodes(
  { client, logger, time }: InformerContext,
  inventory: ClusterInventory,
  labels: readonly string[],
) {
  return new Reflector<KubeObject, FleetNode>({
    client,
    type: NODES,
    time,
    trim: (node) => readNode(node as ApiNode, labels),
    onReplace: (all) => inventory.replaceNodes(all),
    onUpsert: (node) => inventory.putNode(node),
    onDelete: (node) => inventory.deleteNode(node),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching nodes'),
  })
}

/** Keeps the HPAs (including KEDA's) and VPAs of one namespace in sync with the cluster, until the signal aborts. */
export function followAutoscalers(
  context: InformerContext,
  inventory: ClusterInventory,
  namespace: string,
  signal: AbortSignal,
) {
  const hpas = autoscalerReflector(context, inventory, namespace, HPAS, (object) =>
    readHpa(object as ApiHpa, context.keepsScalePoint),
  )
  const vpas = autoscalerReflector(context, inventory, namespace, VPAS, (object) => readVpa(object as ApiVpa))
  const forget = () => {
    for (const { kind } of [HPAS, VPAS]) inventory.replaceAutoscalers(kind as Autoscaler['kind'], namespace, [])
    inventory.follow(namespace, undefined)
  }
  signal.addEventListener('abort', forget, { once: true })
  let hasNoVpas = false
  void hpas.run(signal)
  void whenServed(context, VPAS, namespace, signal, () => {
    hasNoVpas = true
  }).then(() => vpas.run(signal))
  const scale = followScaleTargets(context, inventory, namespace, signal)
  const isSynced = () => hpas.isSynced && (hasNoVpas || vpas.isSynced) && scale.isKnown()
  inventory.follow(namespace, isSynced)
  return { isSynced }
}

function autoscalerReflector(
  { client, logger, time }: InformerContext,
  inventory: ClusterInventory,
  namespace: string,
  type: ResourceType,
  trim: (object: KubeObject) => Autoscaler,
) {
  return new Reflector<KubeObject, Autoscaler>({
    client,
    type,
    namespace,
    time,
    trim,
    onReplace: (all) => inventory.replaceAutoscalers(type.kind as Autoscaler['kind'], namespace, all),
    onUpsert: (autoscaler) => inventory.putAutoscaler(autoscaler),
    onDelete: (autoscaler) => inventory.deleteAutoscaler(autoscaler),
    onTrouble: (error, retryMilliseconds) =>
      logger.warn({ error, retryMilliseconds, namespace }, `watching ${type.plural}`),
  })
}
