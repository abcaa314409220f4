import {
  HPAS,
  type KubeClient,
  type KubeObject,
  LIMIT_RANGES,
  listAll,
  QUOTAS,
  type ResourceType,
  SERVICES,
  servesPodResize,
  unlessMissing,
  VPAS,
} from '../../kube/index.ts'
import { type ApiHpa, type ApiVpa, type Autoscaler as ReadAutoscaler, readHpa, readVpa } from '../../policy/index.ts'
import type { Asked } from '../facts.ts'
import { ask, isPlimsolls, listWebhooks } from '../installation.ts'
import type { Autoscaler, Survey } from './facts.ts'
import { type ApiService, storesAmong } from './stores.ts'

const PROMETHEUSES: ResourceType = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'Prometheus',
  plural: 'prometheuses',
}

interface ApiPrometheus extends KubeObject {
  readonly spec?: { readonly serviceMonitorSelector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
}

/**
 * Reads a cluster in which Plimsoll may not be installed yet. Writes nothing. What the user may not read is recorded as a problem.
 *
 * @throws KubeError if the API server does not answer
 */
export async function surveyCluster(client: KubeClient): Promise<Survey> {
  const { gitVersion } = JSON.parse(await client.text('/version')) as { gitVersion: string }
  const { groups } = JSON.parse(await client.text('/apis')) as { groups: readonly { readonly name: string }[] }
  const count = async (type: ResourceType): Promise<Asked<number>> =>
    await ask(listAll(client, type).then((objects) => objects.length))
  return {
    kubernetes: gitVersion,
    servesPodResize: await servesPodResize(client),
    groups: new Set(groups.map(({ name }) => name)),
    installed: await ask(
      listWebhooks(client).then((all) => all.filter(isPlimsolls).map(({ metadata }) => metadata?.name ?? '')),
    ),
    stores: await ask(listAll<ApiService>(client, SERVICES).then(storesAmong)),
    monitorLabels: await ask(monitorLabels(client)),
    hpas: await ask(listAll<ApiHpa>(client, HPAS).then((all) => all.map((hpa) => surveyed(readHpa(hpa))))),
    vpas: await ask(listUnlessMissing<ApiVpa>(client, VPAS).then((all) => all.map((vpa) => surveyed(readVpa(vpa))))),
    limitRanges: await count(LIMIT_RANGES),
    quotas: await count(QUOTAS),
  }
}

async function monitorLabels(client: KubeClient): Promise<Readonly<Record<string, string>> | undefined> {
  const [first] = await listUnlessMissing<ApiPrometheus>(client, PROMETHEUSES)
  return first?.spec?.serviceMonitorSelector?.matchLabels
}

async function listUnlessMissing<T extends KubeObject>(client: KubeClient, type: ResourceType): Promise<readonly T[]> {
  return (await listAll<T>(client, type).catch(unlessMissing)) ?? []
}

/** Whether an autoscaler concerns Plimsoll, by the same rule as in decisions. */
function surveyed({ namespace, name, claims }: ReadAutoscaler): Autoscaler {
  return { name: `${namespace}/${name}`, isAffected: claims.length > 0 }
}
