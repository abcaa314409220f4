import type { Recommendation } from '../api/index.ts'
import type { KubeClient, KubeObject } from '../kube/index.ts'
import { RECOMMENDATIONS } from '../recommendations/index.ts'
import { WishError } from './error.ts'

/** Somebody who decides, with rights of their own. */
export interface Person {
  /** Theirs: the API server knows them by it, and refuses them what they may not. */
  readonly client: KubeClient
  /** Who is said to own what they write: the program that they use. */
  readonly fieldManager: string
  /** As the API server knows them. @throws WishError where it does not say */
  name(): Promise<string>
}

const REVIEWS = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' }

interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } }
}

/** Whoever the client signs in as. */
export function personOf(client: KubeClient, fieldManager: string): Person {
  let asked: Promise<string> | undefined
  const ask = async () => {
    const review = await client.create<SelfSubjectReview>(REVIEWS, { metadata: {} }, { urgent: true })
    const known = review.status?.userInfo?.username
    if (!known) throw new WishError('the API server does not say who you are: it must serve authentication.k8s.io/v1')
    return known
  }
  const name = () => {
    asked ??= ask()
    return asked
  }
  return { client, fieldManager, name }
}

/** Writes what a person wants of a Recommendation; null takes a wish away. Refused by the API server where they may not. */
export async function write(
  { client, fieldManager }: Person,
  { metadata: { namespace, name } }: Recommendation,
  spec: Readonly<Record<string, unknown>>,
  dryRun = false,
): Promise<void> {
  await client.mergePatch(RECOMMENDATIONS, { namespace, name }, { spec }, { dryRun, fieldManager })
}
