import { KubeClient, kubeconfigCredentials, TokenBucket } from '../../../src/kube/index.ts'
import { type ControlPlane, type StartOptions, startControlPlane } from '../harness/index.ts'
import { Api } from './api.ts'

/** A control plane, and two clients with an administrator's rights. `stop` closes all. */
export interface Administered extends ControlPlane {
  /** Plimsoll's client. */
  readonly client: KubeClient
  /** A plain client, without checks and limits. */
  readonly api: Api
}

/** Starts a control plane without a node (`startControlPlane`), and both clients. */
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

/** A client with an administrator's rights and without a write limit. `server` may be the address of a proxy. */
export async function adminClient({ kubeconfig, url }: ControlPlane, server = url): Promise<KubeClient> {
  const credentials = { ...(await kubeconfigCredentials(kubeconfig)), server }
  return new KubeClient({ credentials, version: 'test', writes: new TokenBucket({ perSecond: 1e6, burst: 1e6 }) })
}
