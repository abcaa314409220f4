// A node, Plimsoll whose learner leads, and a namespace of mode auto: what tests of running Pods and of SLOs begin with.
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
 * @param options.namespace made last; none if undefined
 * @param options.prepare what must be there before Plimsoll starts, such as an image
 * @param options.settings read after that
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
