import { findCredentials, KubeClient, KubeError, type KubeObject } from '../../kube/index.ts'
import {
  RECOMMENDATIONS,
  type Recommendation,
  readRecommendation,
  recommendationName,
} from '../../recommendations/index.ts'
import { type Workload, type WorkloadType, workloadTypeByName } from '../../workloads/index.ts'
import { version } from '../cluster-options.ts'
import { CommandError } from '../failure.ts'

/** What the commands that people decide with have in common. */
export interface PersonOptions {
  readonly namespace?: string
  readonly dryRun?: boolean
}

/** The cluster of the kubeconfig, as the person who runs the command. */
export interface Person {
  readonly client: KubeClient
  readonly namespace: string
  /** As the API server knows them. */
  name(): Promise<string>
}

const REVIEWS = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' }
const NAMED = /^([a-zA-Z]+)\/([a-z0-9][-.a-z0-9]*)$/

/** Runs what a person asked for against their cluster. @throws CommandError where there is none, or it refuses */
export async function asPerson(
  { namespace }: Pick<PersonOptions, 'namespace'>,
  run: (person: Person) => Promise<void>,
): Promise<void> {
  const credentials = await findCredentials().catch((cause: Error) => {
    throw new CommandError(cause.message, { cause })
  })
  const client = new KubeClient({ credentials, version: version() })
  const name = async () => {
    const review = await client.create<KubeObject & SelfSubjectReview>(REVIEWS, { metadata: {} })
    const known = review.status?.userInfo?.username
    if (!known)
      throw new CommandError('the API server does not say who you are: it must serve authentication.k8s.io/v1')
    return known
  }
  try {
    await run({ client, namespace: namespace ?? credentials.namespace, name })
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    throw new CommandError(error.message, { cause: error })
  } finally {
    client.close()
  }
}

interface SelfSubjectReview {
  readonly status?: { readonly userInfo?: { readonly username?: string } }
}

export interface Named {
  readonly workload: Workload
  /** As people write it. */
  readonly text: string
}

export interface Target extends Named {
  readonly type: WorkloadType
}

/** @throws CommandError when it names no workload */
export function targetOf(text: string, namespace: string): Target {
  const [, kind = '', name = ''] = NAMED.exec(text) ?? []
  const type = workloadTypeByName(kind)
  if (!type) throw new CommandError(`${text} names no workload. Expected a name such as deployment/web or sts/db`)
  return { workload: { namespace, kind: type.kind, name }, type, text }
}

/** @throws CommandError when there is none */
export async function recommendationOf({ client }: Person, { workload, text }: Named): Promise<Recommendation> {
  const { namespace } = workload
  const name = recommendationName(workload)
  try {
    return readRecommendation(await client.get<KubeObject>(RECOMMENDATIONS, { namespace, name })).recommendation
  } catch (cause) {
    if (!(cause instanceof KubeError) || cause.status !== 404) throw cause
    throw new CommandError(
      `there is no Recommendation for ${text} in namespace ${namespace}. See those there are: kubectl get rec -n ${namespace}`,
      { cause },
    )
  }
}

/** Writes what a person wants of a Recommendation; null takes a wish away. Refused by the API server where they may not. */
export async function wish(
  { client }: Person,
  { metadata: { namespace, name } }: Recommendation,
  spec: Readonly<Record<string, unknown>>,
  dryRun = false,
): Promise<void> {
  await client.mergePatch(RECOMMENDATIONS, { namespace, name }, { spec }, { dryRun, fieldManager: FIELD_MANAGER })
}

/** Owner of what people write with these commands. */
export const FIELD_MANAGER = 'kubectl-plimsoll'

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 }

/** The time so long from now, to the second. @throws CommandError when it is no duration */
export function timeAfter(duration: string, now = new Date()): string {
  const [, count, unit] = /^([1-9][0-9]{0,4})([mhd])$/.exec(duration) ?? []
  if (!count || !unit) throw new CommandError(`${duration} is no time span. Expected one such as 90m, 12h or 30d`)
  return `${new Date(now.getTime() + Number(count) * UNITS[unit]! * 1000).toISOString().slice(0, 19)}Z`
}

/** What is said at the end of a line when nothing was written. */
export function dry(dryRun: boolean | undefined): string {
  return dryRun ? ' (dry run)' : ''
}
