import { setTimeout as delay } from 'node:timers/promises'
import { pairIn, pathKeysIn, type Secret } from '../certificates/index.ts'
import { EXPERIMENTS_LABEL, MODE_LABEL } from '../fleet/index.ts'
import {
  ACCESS_REVIEWS,
  CRDS,
  type KubeClient,
  type KubeObject,
  LEASE_MILLISECONDS,
  LEASES,
  type Lease,
  NAMESPACES,
  POD_METRICS,
  PODS,
  SECRETS,
  unlessMissing,
} from '../kube/index.ts'
import { RECOMMENDATIONS } from '../recommendations/index.ts'
import { experimentRights } from './experiment-rights.ts'
import type {
  Asked,
  InstallationFacts,
  LabelledNamespace,
  LeaseFacts,
  PodFacts,
  Process,
  Registration,
  ReviewedRight,
  Right,
  TypeFacts,
} from './facts.ts'
import {
  type ApiPod,
  ask,
  findLearners,
  findPods,
  findSettings,
  isPlimsolls,
  listWebhooks,
  lookAtPod,
} from './installation.ts'
import { countFailedOpen, tryCall } from './probe.ts'
import { readRunning } from './read-running.ts'
import { harmfulRights, requiredRights } from './rights.ts'

const LOOK_AGAIN_MILLISECONDS = 500
/** Pods in one page of a list. */
const PAGE = 500
const EXPERIMENTS_SELECTOR = `${EXPERIMENTS_LABEL}=allowed`
/** Each takes some 25 reviews. */
const MOST_EXPERIMENT_NAMESPACES = 20

export interface ReadInstallationOptions {
  readonly client: KubeClient
  /** Version of this program. */
  readonly version: string
  /** Namespace of Plimsoll, if the registration does not say so. */
  readonly namespace: string
}

/**
 * Looks at everything once, and at the learners' Lease until it is renewed. This takes some seconds, or 15 if no learner gives
 * a sign of life. What may not be read, or does not answer, is recorded as a problem.
 *
 * @throws KubeError if the API server does not answer
 */
export async function readInstallation({
  client,
  version,
  namespace: given,
}: ReadInstallationOptions): Promise<InstallationFacts> {
  const { gitVersion: kubernetes } = JSON.parse(await client.text('/version')) as { gitVersion: string }
  const webhooks = await ask(listWebhooks(client))
  const ofWebhooks = (isWanted: (one: Registration) => boolean): Asked<readonly Registration[]> =>
    'value' in webhooks ? { value: webhooks.value.filter(isWanted) } : webhooks
  const registrations = ofWebhooks(isPlimsolls)
  const registration = 'value' in registrations ? registrations.value[0] : undefined
  const namespace = registration?.webhooks[0]?.clientConfig?.service?.namespace ?? given
  const leaseAt = { namespace, name: 'plimsoll-learner' }
  const lookAtLease = () => ask(client.get<Lease>(LEASES, leaseAt).catch(unlessMissing))
  const leaseBefore = await lookAtLease()
  const began = performance.now()

  const apiPods = await ask(findPods(client, namespace, registration))
  const running = 'value' in apiPods ? apiPods.value : []
  const settings = await findSettings(client, namespace, running).catch(() => undefined)
  const apiLearners = await ask(findLearners(client, namespace))
  const lookAt = async (found: Asked<readonly ApiPod[]>, process: Process): Promise<Asked<readonly PodFacts[]>> =>
    'value' in found ? { value: await Promise.all(found.value.map((pod) => lookAtPod(client, pod, process))) } : found
  const accountOf = (found: Asked<readonly ApiPod[]>, usual: string) =>
    ('value' in found && found.value[0]?.spec?.serviceAccountName) || usual
  const secretName = settings?.certificates?.secretName ?? 'plimsoll-tls'
  const accounts = {
    webhook: accountOf(apiPods, 'plimsoll'),
    learner: accountOf(apiLearners, 'plimsoll-learner'),
  }
  const experimentNamespaces = await ask(namesOfNamespaces(client, EXPERIMENTS_SELECTOR))
  const forExperiments =
    settings?.experiments && 'value' in experimentNamespaces
      ? experimentRights(experimentNamespaces.value.slice(0, MOST_EXPERIMENT_NAMESPACES))
      : []
  const namespaces = await ask(labelledNamespaces(client, settings?.prometheus !== undefined))
  const facts = {
    now: Date.now(),
    version,
    kubernetes,
    types: await ask(servedTypes(client)),
    registrations,
    otherWebhooks: ofWebhooks((one) => !isPlimsolls(one)),
    namespace,
    settings,
    pods: await lookAt(apiPods, 'webhook'),
    learners: await lookAt(apiLearners, 'learner'),
    secret: await ask(readSecret(client, { namespace, name: secretName })),
    rights: await ask(
      reviewRights(
        client,
        namespace,
        accounts,
        requiredRights(namespace, registration?.metadata.name ?? 'plimsoll', settings),
        forExperiments,
      ),
    ),
    probe: 'value' in namespaces ? await ask(tryCall(client, namespaces.value)) : namespaces,
    failOpen: await ask(countFailedOpen(client)),
    namespaces,
    experimentNamespaces,
    recommendations: await ask(lastSeenOfAll(client)),
    running: await ask(
      readRunning(client, {
        namespaces: 'value' in namespaces ? namespaces.value.map(({ name }) => name) : [],
        mutating: 'value' in webhooks ? webhooks.value.filter((one) => !isPlimsolls(one)) : [],
      }),
    ),
  }
  for (;;) {
    const lease = compareLeases(leaseBefore, await lookAtLease())
    // A leader renews it every 2 s; after so long without a renewal, another learner takes it.
    const isOver = performance.now() - began >= LEASE_MILLISECONDS
    if (isOver || 'problem' in lease || !lease.value || lease.value.isRenewed) return { ...facts, lease }
    await delay(LOOK_AGAIN_MILLISECONDS)
  }
}

function compareLeases(
  before: Asked<Lease | undefined>,
  after: Asked<Lease | undefined>,
): Asked<LeaseFacts | undefined> {
  if ('problem' in after) return after
  if ('problem' in before) return before
  const { value } = after
  if (!value) return { value: undefined }
  const fields = (value.metadata.managedFields ?? []) as readonly {
    readonly time?: string
    readonly subresource?: string
  }[]
  // The newest write is the renewal; the API server notes its own time, to the second.
  const writtenAt = Math.max(...fields.map(({ time }) => Date.parse(time ?? '')).filter(Number.isFinite))
  const renewedAt = Date.parse(value.spec?.renewTime ?? '')
  const skew = (renewedAt - writtenAt) / 1000
  return {
    value: {
      holder: value.spec?.holderIdentity ?? '',
      isRenewed: before.value?.metadata.resourceVersion !== value.metadata.resourceVersion,
      skewSeconds: Number.isFinite(skew) ? skew : undefined,
    },
  }
}

async function servedTypes(client: KubeClient): Promise<Map<string, TypeFacts>> {
  type Definition = KubeObject & {
    spec?: { versions?: { name: string; served: boolean; additionalPrinterColumns?: { name: string }[] }[] }
    status?: { conditions?: { type: string; status: string }[] }
  }
  const served = new Map<string, TypeFacts>()
  for await (const { items } of client.list<Definition>(CRDS)) {
    for (const { metadata, spec, status } of items) {
      const isEstablished = status?.conditions?.some(
        ({ type, status: state }) => type === 'Established' && state === 'True',
      )
      const versions = (spec?.versions ?? []).filter((version) => isEstablished && version.served)
      const columnsOf = ({ additionalPrinterColumns = [] }: (typeof versions)[number]) =>
        additionalPrinterColumns.map(({ name }) => name)
      served.set(metadata.name ?? '', new Map(versions.map((version) => [version.name, columnsOf(version)])))
    }
  }
  return served
}

async function readSecret(client: KubeClient, at: { namespace: string; name: string }) {
  const secret = await client.get<Secret>(SECRETS, at).catch(unlessMissing)
  return secret && { ...pairIn(secret), pathKeys: pathKeysIn(secret) }
}

async function reviewRights(
  client: KubeClient,
  namespace: string,
  accounts: Readonly<Record<Process, string>>,
  required: ReturnType<typeof requiredRights>,
  forExperiments: readonly Right[],
): Promise<ReviewedRight[]> {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  const of = (process: Process, rights: readonly Right[], isNeeded: boolean) =>
    rights.map((right) => ({ ...right, process, isNeeded }))
  const all = [
    ...of('webhook', required.webhook, true),
    ...of('webhook', harmfulRights(required), false),
    ...of('learner', [...required.learner, ...forExperiments], true),
  ]
  return await Promise.all(
    all.map(async (right) => {
      const { process, verb, group, resource: whole, name, namespace: where } = right
      const user = `system:serviceaccount:${namespace}:${accounts[process]}`
      const [resource, subresource] = whole.split('/')
      const resourceAttributes = { verb, group, resource, subresource, name, namespace: where }
      const review = { metadata: {}, spec: { user, groups, resourceAttributes } } as KubeObject
      const { status } = await client.create<KubeObject & { status?: { allowed?: boolean } }>(ACCESS_REVIEWS, review, {
        urgent: true,
      })
      return { ...right, isAllowed: status?.allowed === true }
    }),
  )
}

async function namesOfNamespaces(client: KubeClient, labelSelector: string): Promise<string[]> {
  const names: string[] = []
  for await (const { items } of client.list<KubeObject>(NAMESPACES, { labelSelector }))
    names.push(...items.flatMap(({ metadata }) => metadata.name ?? []))
  return names
}

async function labelledNamespaces(client: KubeClient, hasPrometheus: boolean): Promise<LabelledNamespace[]> {
  const found: LabelledNamespace[] = []
  for await (const { items } of client.list<KubeObject>(NAMESPACES, { labelSelector: MODE_LABEL })) {
    for (const { metadata } of items) {
      const namespace = metadata.name ?? ''
      found.push({
        name: namespace,
        label: (metadata.labels as Readonly<Record<string, string>>)[MODE_LABEL] ?? '',
        pods: await ask(runningPods(client, namespace)),
        measured: hasPrometheus ? undefined : await ask(countMeasured(client, namespace)),
      })
    }
  }
  return found
}

async function runningPods(client: KubeClient, namespace: string): Promise<{ count: number; oldest: number }> {
  const created: number[] = []
  for await (const { items } of client.list<ApiPod>(PODS, { namespace, pageSize: PAGE })) {
    for (const { metadata, status } of items) {
      if (status?.phase === 'Running') created.push(Date.parse(String(metadata.creationTimestamp)))
    }
  }
  return {
    count: created.length,
    oldest: created.reduce((oldest, one) => Math.min(oldest, one), Number.POSITIVE_INFINITY),
  }
}

async function countMeasured(client: KubeClient, namespace: string): Promise<number> {
  let count = 0
  for await (const { items } of client.list<KubeObject>(POD_METRICS, { namespace, pageSize: PAGE }))
    count += items.length
  return count
}

async function lastSeenOfAll(client: KubeClient) {
  const all: { namespace: string; lastSeen: string | undefined }[] = []
  type Listed = KubeObject & { status?: { lastSeen?: string } }
  for await (const { items } of client.list<Listed>(RECOMMENDATIONS)) {
    for (const { metadata, status } of items)
      all.push({ namespace: metadata.namespace ?? '', lastSeen: status?.lastSeen })
  }
  return all
}
