import type { Recommendation } from '../api/index.ts'
import type { KubeClient, KubeObject } from '../kube/index.ts'
import { RECOMMENDATIONS } from '../recommendations/index.ts'
import { ActionError } from './error.ts'

/** A person who acts with their own rights. */
export interface Actor {
  /** Client with the actor's credentials: the API server identifies them by it, and refuses what they may not do. */
  readonly client: KubeClient
  /** Field manager of the program that the actor uses: it owns the fields that they write. */
  readonly fieldManager: string
  /** User name of the actor as the API server knows it. @throws ActionError if the API server does not say */
  name(): Promise<string>
}

const REVIEWS = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' }

interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } }
}

/** Actor with the credentials of the client. The API server is asked for the user name once, when it is first needed. */
export function actorOf(client: KubeClient, fieldManager: string): Actor {
  let asked: Promise<string> | undefined
  const ask = async () => {
    const review = await client.create<SelfSubjectReview>(REVIEWS, { metadata: {} }, { urgent: true })
    const known = review.status?.userInfo?.username
    if (!known) throw new ActionError('the API server does not say who you are: it must serve authentication.k8s.io/v1')
    return known
  }
  const name = () => {
    asked ??= ask().catch((error) => {
      // The next one who needs it asks again.
      asked = undefined
      throw error
    })
    return asked
  }
  return { client, fieldManager, name }
}

/** Writes fields of the spec of a Recommendation; null removes a field. @throws KubeError if the API server refuses */
export async function write(
  { client, fieldManager }: Actor,
  { metadata: { namespace, name } }: Recommendation,
  spec: Readonly<Record<string, unknown>>,
  dryRun = false,
): Promise<void> {
  await client.mergePatch(RECOMMENDATIONS, { namespace, name }, { spec }, { dryRun, fieldManager })
}
