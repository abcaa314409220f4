import type { ApiPod } from '../fleet/index.ts'
import {
  ADMISSION_POLICIES,
  type KubeClient,
  type KubeObject,
  PODS,
  servesPodResize,
  VALIDATING_WEBHOOKS,
} from '../kube/index.ts'
import type { Registration, RunningFacts } from './facts.ts'

/** A resize that takes longer than this is stuck: the learner withdraws one that is deferred after 15 minutes. */
const STUCK_MILLISECONDS = 30 * 60_000
/** Pods in one page of a list. */
const PAGE = 500

interface Rule {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
}

interface Webhooks extends KubeObject {
  readonly webhooks?: readonly { readonly name: string; readonly rules?: readonly Rule[] }[]
}

interface Policy extends KubeObject {
  readonly spec?: { readonly matchConstraints?: { readonly resourceRules?: readonly Rule[] } }
}

/** Reads what may prevent resizes of running Pods. */
export async function readRunning(
  client: KubeClient,
  { namespaces, mutating }: { readonly namespaces: readonly string[]; readonly mutating: readonly Registration[] },
): Promise<RunningFacts> {
  const hasResize = await servesPodResize(client)
  const judges = mutating.flatMap(judgesIn)
  for await (const { items } of client.list<Webhooks>(VALIDATING_WEBHOOKS)) judges.push(...items.flatMap(judgesIn))
  for await (const { items } of client.list<Policy>(ADMISSION_POLICIES))
    judges.push(
      ...items
        .filter(
          ({ metadata, spec }) => !isOurs(metadata) && (spec?.matchConstraints?.resourceRules ?? []).some(seesResizes),
        )
        .map(({ metadata }) => metadata.name ?? ''),
    )
  const stuck: RunningFacts['stuck'][number][] = []
  for (const namespace of namespaces)
    for await (const { items } of client.list<ApiPod & KubeObject>(PODS, { namespace, pageSize: PAGE }))
      stuck.push(...items.flatMap((pod) => stuckResize(pod, Date.now())))
  return { hasResize, judges, stuck }
}

function judgesIn({ metadata, webhooks = [] }: Webhooks | Registration): string[] {
  return webhooks.filter(({ rules = [] }) => rules.some(seesResizes)).map(({ name }) => `${name} (${metadata.name})`)
}

function seesResizes({ operations, apiGroups, resources }: Rule): boolean {
  const has = (list: readonly string[] | undefined, ...wanted: string[]) => wanted.some((one) => list?.includes(one))
  return (
    has(operations, 'UPDATE', '*') &&
    has(apiGroups, '', '*') &&
    has(resources, 'pods/resize', 'pods/*', '*/resize', '*/*')
  )
}

function isOurs(metadata: KubeObject['metadata']): boolean {
  const labels = metadata.labels as Readonly<Record<string, string>> | undefined
  return labels?.['app.kubernetes.io/part-of'] === 'plimsoll'
}

function stuckResize({ metadata, status }: ApiPod, now: number): RunningFacts['stuck'] {
  const condition = status?.conditions?.find(
    ({ type, status: state }) => (type === 'PodResizePending' || type === 'PodResizeInProgress') && state === 'True',
  )
  if (!condition || !(now - Date.parse(condition.lastTransitionTime ?? '') > STUCK_MILLISECONDS)) return []
  const why = [condition.reason ?? condition.type, condition.message].filter(Boolean).join(': ')
  return [{ namespace: metadata?.namespace ?? '', pod: metadata?.name ?? '', why }]
}
