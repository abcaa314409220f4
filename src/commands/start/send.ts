import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Revision } from '../../api/index.ts'
import type { Pod, ReasonCode } from '../../policy/index.ts'
import { creatorOf, type Manifest, podOf } from '../../readers/index.ts'
import { identifyWorkload, type RunRule, type Workload } from '../../workloads/index.ts'
import { ApiServer, type Review, reviewOf } from './api-server.ts'
import type { LocalWebhook } from './local-webhook.ts'
import type { Case } from './report.ts'

export interface PreparedPod {
  readonly manifest: Manifest
  readonly workload: Workload | undefined
  readonly review: Review
}

/**
 * The Pods that controllers would create from the manifests, each in the review that kube-apiserver would send.
 *
 * @param rules how to recognize what repeats from run to run; by default without settings
 */
export function preparePods(
  manifests: readonly Manifest[],
  nowSeconds: number,
  rules?: readonly RunRule[],
): PreparedPod[] {
  return manifests.map((manifest) => {
    const pod = podOf(manifest, { newUid: randomUUID, nowSeconds })
    return { manifest, workload: identifyWorkload(pod.metadata, rules), review: reviewOf(pod, creatorOf(manifest)) }
  })
}

/**
 * Sends each Pod through the webhook over TLS.
 *
 * @param learned returns what was learned for a workload, if anything
 */
export async function sendPods(
  pods: readonly PreparedPod[],
  { url, ca }: Pick<LocalWebhook, 'url' | 'ca'>,
  learned: (workload: Workload) => Revision | undefined,
): Promise<Case[]> {
  const apiServer = new ApiServer(url, ca)
  try {
    const cases: Case[] = []
    for (const { manifest, workload, review } of pods) {
      const { pod, auditAnnotations } = await apiServer.admit(review)
      cases.push({
        manifest,
        before: review.request.object as Pod,
        after: pod as Pod,
        reasons: (auditAnnotations.reasons?.split(',') ?? []) as ReasonCode[],
        learned: workload && learned(workload),
      })
    }
    return cases
  } finally {
    apiServer.close()
  }
}

/** Longest name of a file without its suffix: file systems allow 255 bytes. */
const MAX_NAME = 240

/**
 * Writes the review of each Pod to a file, so that people can send it by hand.
 *
 * @returns the files, in the same order
 */
export async function writeReviews(pods: readonly PreparedPod[], directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true })
  const files = []
  for (const { manifest, review } of pods) {
    const name = `${manifest.namespace}-${manifest.kind.toLowerCase()}-${manifest.name}`.slice(0, MAX_NAME)
    const file = join(directory, `${name}.json`)
    await writeFile(file, `${JSON.stringify(review, null, 2)}\n`)
    files.push(file)
  }
  return files
}
