import { KubeClient, kubeconfigCredentials, TokenBucket } from '../../../src/kube/index.ts'
import { type ControlPlane, type StartOptions, startControlPlane } from '../harness/index.ts'
import { Api } from './api.ts'

/** A control plane, and the two ways in which tests speak to it as its administrator; `stop` closes both. */
export interface Administered extends ControlPlane {
  /** As Plimsoll speaks to it. */
  readonly client: KubeClient
  /** As anybody does: nothing is looked at, and nothing held back. */
  readonly api: Api
}

/** Starts a control plane without a node (`startControlPlane`) and opens both ways to it. */
export async function startAdministered(options: StartOptions = {}): Promise<Administered> {
  const cluster = await startControlPlane(options)
  try {
    const client = await adminClient(cluster)
    const api = new Api(cluster)
    return {
      ...cluster,
      client,
      api,
      async stop() {
        client.close()
        api.close()
        await cluster.stop()
      },
    }
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

/** A client with an administrator's rights and no limit to its writes; `server` may be a proxy's address. */
export async function adminClient({ kubeconfig, url }: ControlPlane, server = url): Promise<KubeClient> {
  const credentials = { ...(await kubeconfigCredentials(kubeconfig)), server }
  return new KubeClient({ credentials, version: 'test', writes: new TokenBucket({ perSecond: 1e6, burst: 1e6 }) })
}
