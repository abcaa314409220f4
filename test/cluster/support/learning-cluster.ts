// A node, Plimsoll whose learner leads, and a namespace of mode auto: what tests of running Pods begin with.
import type { KubeClient } from '../../../src/kube/index.ts'
import { type Cluster, startCluster } from '../harness/index.ts'
import { adminClient } from './admin.ts'
import { makeNamespace } from './namespace.ts'
import { type Plimsoll, startPlimsoll } from './plimsoll.ts'

export interface LearningCluster {
  readonly cluster: Cluster
  readonly client: KubeClient
  readonly plimsoll: Plimsoll
  stop(): Promise<void>
}

/** @param options.prepare what must be there before Plimsoll starts, such as an image */
export async function startLearningCluster({
  namespace,
  settings,
  prepare,
}: {
  readonly namespace: string
  readonly settings: object
  readonly prepare: (cluster: Cluster) => Promise<unknown>
}): Promise<LearningCluster> {
  const cluster = await startCluster()
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
    plimsoll = await startPlimsoll(cluster, { settings, learner: true })
    await plimsoll.learner!.logged('leading')
    await makeNamespace(cluster, namespace, 'auto')
    return { cluster, client, plimsoll, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
