import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from './credentials.ts'
import { inClusterCredentials, SERVICE_ACCOUNT_DIRECTORY } from './in-cluster.ts'
import { kubeconfigCredentials } from './kubeconfig.ts'

/** Which cluster is meant, in the terms of kubectl. */
export interface ClusterChoice {
  /** Path of a kubeconfig; by default $KUBECONFIG, or else ~/.kube/config. */
  readonly kubeconfig?: string
  /** Name of a context of the kubeconfig; by default its current one. */
  readonly context?: string
}

/**
 * Finds credentials in the order of controller-runtime: the chosen kubeconfig, $KUBECONFIG, the Pod's service account,
 * ~/.kube/config. The service account has no contexts, so it is left out if one is chosen.
 *
 * @throws Error if there are none, or they cannot be read
 */
export async function findCredentials(
  { kubeconfig, context }: ClusterChoice = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<Credentials> {
  const chosen = kubeconfig ?? (env.KUBECONFIG || undefined)
  if (chosen !== undefined) return await kubeconfigCredentials(chosen, context)
  const isInPod = env.KUBERNETES_SERVICE_HOST && existsSync(join(SERVICE_ACCOUNT_DIRECTORY, 'token'))
  if (isInPod && context === undefined) return await inClusterCredentials(env)
  const usual = join(env.HOME ?? homedir(), '.kube', 'config')
  if (existsSync(usual)) return await kubeconfigCredentials(usual, context)
  throw new Error(
    'No Kubernetes cluster found: $KUBECONFIG is not set, this is not a Pod with a service account, and there is no ' +
      `${usual}. Set KUBECONFIG to the path of a kubeconfig.`,
  )
}
