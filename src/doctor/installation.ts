import { parseSettings, type Settings } from '../config/index.ts'
import {
  CONFIG_MAPS,
  type KubeClient,
  type KubeObject,
  listAll,
  PODS,
  SERVICES,
  unlessMissing,
  WEBHOOK_CONFIGURATIONS,
} from '../kube/index.ts'
import type { Asked, PodFacts, Process, Registration } from './facts.ts'

const PART_OF = 'app.kubernetes.io/name=plimsoll'
const LEARNERS = 'app.kubernetes.io/part-of=plimsoll,app.kubernetes.io/component=learner'

export interface ApiPod extends KubeObject {
  readonly spec?: {
    readonly serviceAccountName?: string
    readonly containers?: readonly {
      readonly name: string
      readonly args?: readonly string[]
      readonly image?: string
      readonly ports?: readonly { readonly name?: string; readonly containerPort?: number }[]
    }[]
    readonly volumes?: readonly { readonly name: string; readonly configMap?: { readonly name?: string } }[]
  }
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly {
      readonly name: string
      readonly restartCount?: number
      readonly state?: { readonly running?: object; readonly waiting?: { readonly reason?: string } }
    }[]
  }
}

/** Lists every registration of mutating webhooks. */
export async function listWebhooks(client: KubeClient): Promise<Registration[]> {
  return await listAll<Registration>(client, WEBHOOK_CONFIGURATIONS)
}

/** Whether it registers a Plimsoll webhook; it may have any name. */
export function isPlimsolls({ webhooks = [] }: Registration): boolean {
  return webhooks.some(({ name }) => /^(auto|approve)\.plimsoll\.dev$/.test(name))
}

/** Finds the Pods behind the registered Service. If no Service is registered, finds those with the chart's label. */
export async function findPods(
  client: KubeClient,
  namespace: string,
  registration: Registration | undefined,
): Promise<ApiPod[]> {
  const name = registration?.webhooks[0]?.clientConfig?.service?.name
  const labelSelector = name === undefined ? PART_OF : await selectorOf(client, namespace, name)
  return await listAll<ApiPod>(client, PODS, { namespace, labelSelector })
}

/** Finds the Pods of the learner. */
export async function findLearners(client: KubeClient, namespace: string): Promise<ApiPod[]> {
  return await listAll<ApiPod>(client, PODS, { namespace, labelSelector: LEARNERS })
}

async function selectorOf(client: KubeClient, namespace: string, name: string): Promise<string> {
  const service = await client
    .get<KubeObject & { spec?: { selector?: Record<string, string> } }>(SERVICES, { namespace, name })
    .catch(unlessMissing)
  const selector = Object.entries(service?.spec?.selector ?? {})
  return selector.length > 0 ? selector.map(([key, value]) => `${key}=${value}`).join(',') : PART_OF
}

/** Reads the settings of the Pods from the ConfigMap that they mount; undefined if there is none. */
export async function findSettings(
  client: KubeClient,
  namespace: string,
  pods: readonly ApiPod[],
): Promise<Settings | undefined> {
  const name = pods.flatMap(({ spec }) => spec?.volumes ?? []).find((volume) => volume.name === 'config')
    ?.configMap?.name
  if (name === undefined) return undefined
  const map = await client
    .get<KubeObject & { data?: Record<string, string> }>(CONFIG_MAPS, { namespace, name })
    .catch(unlessMissing)
  const text = map?.data?.['config.yaml']
  return text === undefined ? undefined : parseSettings(text, `ConfigMap ${namespace}/${name}`)
}

/** Settings of the installation in a namespace; undefined if there is no installation, or it has no settings. */
export async function installedSettings(client: KubeClient, namespace: string): Promise<Settings | undefined> {
  return await findSettings(client, namespace, await findPods(client, namespace, undefined))
}

/** Status of a Pod, and the metrics of its process, read through the API server's proxy. */
export async function lookAtPod(client: KubeClient, pod: ApiPod, process: Process): Promise<PodFacts> {
  const { metadata, spec, status } = pod
  const [namespace = '', name = ''] = [metadata.namespace, metadata.name]
  const metricsOf = async (): Promise<Asked<string>> => {
    const ports = spec?.containers?.find((one) => one.name === process)?.ports ?? []
    const port = ports.find((one) => one.name?.startsWith('ops'))?.containerPort
    if (port === undefined) return { problem: `it has no container ${process} with a port for metrics` }
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}:${port}/proxy/metrics`
    return await ask(client.text(path, { timeoutMilliseconds: 5_000 }))
  }
  return {
    name,
    isReady: status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false,
    account: spec?.serviceAccountName ?? 'default',
    containers: (spec?.containers ?? []).map((container) => {
      const seen = status?.containerStatuses?.find((one) => one.name === container.name)
      return {
        name: container.name,
        image: container.image ?? '',
        args: container.args ?? [],
        restarts: seen?.restartCount ?? 0,
        isRunning: seen?.state?.running !== undefined,
        waiting: seen?.state?.waiting?.reason,
      }
    }),
    metrics: await metricsOf(),
  }
}

export async function ask<T>(asking: Promise<T>): Promise<Asked<T>> {
  try {
    return { value: await asking }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
