// The setup for tests of running Pods and of SLOs: a node, Plimsoll with a leading learner, and a namespace in mode auto.
import type { KubeClient } from '../../../src/kube/index.ts'
import { type Cluster, type ClusterOptions, startCluster } from '../harness/index.ts'
import { adminClient } from './admin.ts'
import { makeNamespace } from './namespace.ts'
import { type Plimsoll, startPlimsoll } from './plimsoll.ts'

export interface LearningCluster {
  readonly cluster: Cluster
  readonly client: KubeClient
  readonly plimsoll: Plimsoll
  stop(): Promise<void>
}

/**
 * @param options.namespace created last; none if undefined
 * @param options.prepare runs before Plimsoll starts, such as to load an image
 * @param options.settings called after `prepare`
 */
export async function startLearningCluster({
  namespace,
  settings,
  prepare,
  options,
}: {
  readonly namespace?: string
  readonly settings: object | (() => object)
  readonly prepare: (cluster: Cluster) => Promise<unknown>
  readonly options?: ClusterOptions
}): Promise<LearningCluster> {
  const cluster = await startCluster(options)
  let client: KubeClient | undefined
  let plimsoll: Plimsoll | undefined
  const stop = async () => {
    client?.close()
    await plimsoll?.stop()
    await cluster.stop()
  }
  try {
    await prepare(cluster)
    client = await adminClient(cluster)
    const all = typeof settings === 'function' ? settings() : settings
    plimsoll = await startPlimsoll(cluster, { settings: all, learner: true })
    await plimsoll.learner!.logged('leading')
    if (namespace !== undefined) await makeNamespace(cluster, namespace, 'auto')
    return { cluster, client, plimsoll, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
