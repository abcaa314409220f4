import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from './credentials.ts'
import { inClusterCredentials, SERVICE_ACCOUNT_DIRECTORY } from './in-cluster.ts'
import { kubeconfigCredentials } from './kubeconfig.ts'

/**
 * Finds credentials in the order of controller-runtime: $KUBECONFIG, the Pod's service account, ~/.kube/config.
 *
 * @throws Error if there are none, or they cannot be read
 */
export async function findCredentials(env: NodeJS.ProcessEnv = process.env): Promise<Credentials> {
  if (env.KUBECONFIG) return await kubeconfigCredentials(env.KUBECONFIG)
  if (env.KUBERNETES_SERVICE_HOST && existsSync(join(SERVICE_ACCOUNT_DIRECTORY, 'token'))) {
    return await inClusterCredentials(env)
  }
  const kubeconfig = join(env.HOME ?? homedir(), '.kube', 'config')
  if (existsSync(kubeconfig)) return await kubeconfigCredentials(kubeconfig)
  throw new Error(
    'No Kubernetes cluster found: $KUBECONFIG is not set, this is not a Pod with a service account, and there is no ' +
      `${kubeconfig}. Set KUBECONFIG to the path of a kubeconfig.`,
  )
}
