import { type KubeObject, NODES, Reflector } from '../kube/index.ts'
import { type ClassifiedNode, type NodeClassIndex, type NodeWithClasses, nodeClasses } from '../policy/index.ts'
import type { InformerContext } from './context.ts'

/** Nodes in one page of a list: each is read whole, and has up to 50 KB. */
const PAGE_SIZE = 100

/**
 * Creates a reflector that keeps the classes of the nodes, and nothing else of them, in sync with the cluster.
 *
 * @param labels keys of labels that may tell classes of nodes apart
 */
export function nodeClassReflector(
  { client, logger, time }: InformerContext,
  index: NodeClassIndex,
  labels: readonly string[],
) {
  return new Reflector<KubeObject, NodeWithClasses>({
    client,
    type: NODES,
    time,
    pageSize: PAGE_SIZE,
    trim: (node) => ({ name: node.metadata.name ?? '', classes: nodeClasses(node as ClassifiedNode, labels) }),
    onReplace: (all) => index.replace(all),
    onUpsert: (node) => index.put(node),
    onDelete: (node) => index.delete(node),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching nodes'),
  })
}
