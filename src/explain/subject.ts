import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { type KubeClient, KubeError, type KubeObject, PODS, type ResourceType } from '../kube/index.ts'
import { decodeText, parseJson } from '../parsing/index.ts'
import type { Pod } from '../policy/index.ts'
import { parseManifests, podOf, ReaderError, type Skipped } from '../readers/index.ts'
import { type AdmissionRequest, parseReview, reasonToLeaveAlone } from '../webhook/index.ts'
import {
  identifyWorkload,
  type OwnerReference,
  parseGroupKind,
  RUN_RULES,
  type RunRule,
  splitKindAndName,
  type Workload,
  workloadTypeByName,
} from '../workloads/index.ts'

/** One Pod to explain: a running one, one that is being created, or the next one of a workload. */
export interface Subject {
  /** Description of the Pod, for a person. */
  readonly what: string
  readonly pod: Pod & {
    readonly metadata?: { readonly name?: string; readonly ownerReferences?: readonly OwnerReference[] } | null
  }
  readonly namespace: string
  readonly workload: Workload | undefined
  /** Whether LimitRanger has seen the Pod: it runs, or the API server has sent it to a webhook. */
  readonly isCreated: boolean
  /** Whether the Pod exists in the cluster: then its values are known, and the decision made now is for a new Pod. */
  readonly isLive: boolean
  /** UID of the AdmissionReview, by which a canary is drawn. */
  readonly uid?: string
}

/** A workload has neither an object in the API nor a Pod. */
export class NoSuchWorkloadError extends ReaderError {}

const POD_NAMES = new Set(['pod', 'pods', 'po'])
const MAX_BYTES = 4 * 1024 * 1024

export interface Where {
  readonly namespace: string
  /** Connects to the cluster. @throws if there is none */
  readonly client: () => Promise<KubeClient>
  /** Called with the documents of a file that are not understood and were left out. */
  readonly onSkipped?: (skipped: readonly Skipped[]) => void
  /** How the installation recognizes what repeats from run to run; by default without settings. */
  readonly rules?: () => Promise<readonly RunRule[]>
}

/**
 * Pods that an argument names: those of a file, of stdin (`-`), or of a live object such as `deployment/web`.
 *
 * @throws ReaderError, ManifestError or WebhookError if it is nothing that can be explained
 */
export async function subjectsOf(what: string, where: Where): Promise<readonly Subject[]> {
  const { kind = '', name = '' } = splitKindAndName(what) ?? {}
  if (POD_NAMES.has(kind.toLowerCase())) {
    return [(await livePod(name, where).catch(unlessNotThere)) ?? (await newestPod('Pod', name, where))]
  }
  const type = workloadTypeByName(kind)
  if (type) return [(await nextPod(type, name, where)) ?? (await newestPod(type.kind, name, where))]
  if (what !== '-' && !existsSync(what)) {
    if (kind !== '') return [await newestPod(kind, name, where)]
    throw new ReaderError(
      `${what} is neither a file nor a live object. Expected a file, - for stdin, or a name such as deployment/web or pod/web-0`,
    )
  }
  const text = what === '-' ? await textOf(process.stdin) : decodeText(await readFile(what))
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new ReaderError(`${what} is larger than 4 MiB: expected a manifest or an AdmissionReview`)
  const rules = await rulesOf(where)
  return isReview(text)
    ? [reviewed(text, rules)]
    : fromManifests(text, what === '-' ? 'stdin' : what, {
        fallback: where.namespace,
        rules,
        onSkipped: where.onSkipped,
      })
}

async function rulesOf({ rules }: Where): Promise<readonly RunRule[]> {
  return rules ? await rules() : RUN_RULES
}

async function livePod(name: string, where: Where): Promise<Subject> {
  const { namespace, client } = where
  const pod = await get<KubeObject & Subject['pod']>(await client(), PODS, namespace, name)
  return {
    what: `Pod ${namespace}/${name}`,
    pod,
    namespace,
    workload: identifyWorkload({ ...pod.metadata, namespace }, await rulesOf(where)),
    isCreated: true,
    isLive: true,
  }
}

/** The next Pod of an object; undefined if the API has no such object. */
async function nextPod(type: ResourceType, name: string, where: Where): Promise<Subject | undefined> {
  const { namespace, client } = where
  const object = await get<KubeObject>(await client(), type, namespace, name).catch(unlessNotThere)
  if (!object) return undefined
  const [subject] = fromManifests(
    JSON.stringify({ ...object, apiVersion: type.apiVersion, kind: type.kind }),
    `${type.plural}/${name}`,
    { fallback: namespace, rules: await rulesOf(where) },
  )
  return { ...subject!, what: `the next Pod of ${type.kind} ${namespace}/${name}` }
}

/**
 * The newest Pod of a workload that may have no object in the API: a recurring run, or a name from a label.
 *
 * @param kind as Recommendations and reports write it, in any case and with or without its API group
 */
async function newestPod(kind: string, name: string, where: Where): Promise<Subject> {
  const { namespace, client } = where
  const rules = await rulesOf(where)
  const isMeant = (workload: Workload | undefined) =>
    workload?.name === name &&
    [workload.kind, parseGroupKind(workload.kind).kind].some((one) => one.toLowerCase() === kind.toLowerCase())
  let newest: (KubeObject & Subject['pod']) | undefined
  try {
    for await (const { items } of (await client()).list<KubeObject & Subject['pod']>(PODS, { namespace })) {
      for (const pod of items) {
        if (!isMeant(identifyWorkload({ ...pod.metadata, namespace }, rules))) continue
        if (!newest || createdAt(pod) > createdAt(newest)) newest = pod
      }
    }
  } catch (cause) {
    if (!(cause instanceof KubeError)) throw cause
    throw new ReaderError(`${kind}/${name} in namespace ${namespace}: ${cause.message}`, { cause })
  }
  if (!newest) {
    throw new NoSuchWorkloadError(
      `${kind}/${name}: the API has no such object, and no Pod in namespace ${namespace} belongs to a workload of that kind and ` +
        'name. While none of its Pods exists, give a file with the manifest of one',
    )
  }
  const workload = identifyWorkload({ ...newest.metadata, namespace }, rules)
  const what = `Pod ${namespace}/${newest.metadata.name}, the newest of ${workload!.kind}/${name}`
  return { what, pod: newest, namespace, workload, isCreated: true, isLive: true }
}

/** For workloads that may have no object in the API. */
function unlessNotThere(error: Error): undefined {
  if (error.cause instanceof KubeError && error.cause.status === 404) return undefined
  throw error
}

function createdAt({ metadata }: KubeObject): string {
  return (metadata as { creationTimestamp?: string }).creationTimestamp ?? ''
}

async function get<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType,
  namespace: string,
  name: string,
): Promise<T> {
  return await client.get<T>(type, { namespace, name }).catch((cause) => {
    if (!(cause instanceof KubeError)) throw cause
    throw new ReaderError(`${type.plural}/${name} in namespace ${namespace}: ${cause.message}`, { cause })
  })
}

interface ManifestContext {
  /** Namespace of objects that name none. */
  readonly fallback: string
  readonly rules: readonly RunRule[]
  readonly onSkipped?: Where['onSkipped']
}

function fromManifests(
  text: string,
  file: string,
  { fallback, rules, onSkipped }: ManifestContext,
): readonly Subject[] {
  const circumstances = { newUid: randomUUID, nowSeconds: Math.floor(Date.now() / 1000) }
  const { manifests, skipped } = parseManifests(text, file, fallback)
  if (manifests.length > 0) onSkipped?.(skipped)
  const subjects = manifests.map((manifest) => {
    const pod = podOf(manifest, circumstances)
    const { namespace } = pod.metadata
    const what = `a Pod of ${manifest.kind} ${namespace}/${manifest.name} (${manifest.where})`
    return {
      what,
      pod: pod as Subject['pod'],
      namespace,
      workload: identifyWorkload(pod.metadata, rules),
      isCreated: false,
      isLive: false,
    }
  })
  if (subjects.length === 0) {
    const reasons = skipped.map(({ where, why }) => `\n  ${where}: ${why}`).join('')
    throw new ReaderError(`${file}: contains neither an object that creates Pods nor an AdmissionReview${reasons}`)
  }
  return subjects
}

function isReview(text: string): boolean {
  try {
    return (parseJson(text) as { kind?: unknown } | null)?.kind === 'AdmissionReview'
  } catch {
    return false
  }
}

function reviewed(text: string, rules: readonly RunRule[]): Subject {
  const request: AdmissionRequest = parseReview(Buffer.from(text))
  const reason = reasonToLeaveAlone(request)
  if (reason)
    throw new ReaderError(`the AdmissionReview is left alone: ${reason}. Expected one of the creation of a Pod`)
  const pod = request.object as Subject['pod'] & { readonly metadata?: { readonly namespace?: string } }
  const namespace = request.namespace || pod.metadata?.namespace || 'default'
  const { name } = pod.metadata ?? {}
  return {
    what: `the Pod ${name ?? ''} of the AdmissionReview ${request.uid}`.replace('  ', ' '),
    pod,
    namespace,
    workload: identifyWorkload({ ...pod.metadata, namespace }, rules),
    uid: request.uid,
    isCreated: true,
    isLive: false,
  }
}
