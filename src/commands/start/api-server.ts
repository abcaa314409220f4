import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:https'
import jsonPatch, { type Operation } from 'fast-json-patch'
import type { NewPod } from '../../readers/index.ts'

/** The body that kube-apiserver posts to a mutating webhook when a Pod is created (`admission.k8s.io/v1`). */
export function reviewOf(pod: NewPod, username: string) {
  const kind = { group: '', version: 'v1', kind: 'Pod' }
  const resource = { group: '', version: 'v1', resource: 'pods' }
  const { name, namespace } = pod.metadata
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: randomUUID(),
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      ...(name && { name }),
      namespace,
      operation: 'CREATE',
      userInfo: { username, groups: ['system:authenticated'] },
      object: pod,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  }
}

export type Review = ReturnType<typeof reviewOf>

/** The webhook's answer for one Pod, and the patched Pod. */
export interface Admitted {
  readonly pod: NewPod
  readonly auditAnnotations: Readonly<Record<string, string>>
}

interface Answer {
  readonly response?: {
    readonly uid?: string
    readonly allowed?: boolean
    readonly patch?: string
    readonly auditAnnotations?: Readonly<Record<string, string>>
  }
}

/** Default of `timeoutSeconds` of a webhook. */
const TIMEOUT_MILLISECONDS = 10_000

/** Acts as kube-apiserver: calls the webhook over TLS, trusts only the given CA, and applies the patch. */
export class ApiServer {
  readonly #agent: Agent
  readonly #url: URL

  /**
   * @param url address of the webhook: `https://127.0.0.1:8443/mutate/auto`
   * @param ca certificate authority in PEM
   */
  constructor(url: string, ca: Buffer) {
    this.#url = new URL(url)
    this.#agent = new Agent({ ca, keepAlive: true, minVersion: 'TLSv1.2' })
  }

  /**
   * Sends a review, and applies the patch of the answer.
   *
   * @throws Error if kube-apiserver would not accept the answer, or the Pod is not allowed
   */
  async admit(review: Review): Promise<Admitted> {
    const { response } = JSON.parse(await this.#post(JSON.stringify(review))) as Answer
    if (response?.uid !== review.request.uid || response.allowed !== true) {
      throw new Error(`the webhook at ${this.#url.href} did not allow the Pod: ${JSON.stringify(response)}`)
    }
    const pod = structuredClone(review.request.object)
    if (response.patch) {
      const operations = JSON.parse(Buffer.from(response.patch, 'base64').toString()) as Operation[]
      jsonPatch.applyPatch(pod, operations, true, true)
    }
    return { pod, auditAnnotations: response.auditAnnotations ?? {} }
  }

  close(): void {
    this.#agent.destroy()
  }

  async #post(body: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const call = request(this.#url, {
      method: 'POST',
      agent: this.#agent,
      timeout: TIMEOUT_MILLISECONDS,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    })
    call.on('timeout', () => call.destroy(new Error(`the webhook at ${this.#url.href} did not answer within 10 s`)))
    call.on('error', reject)
    call.on('response', (response) => {
      response
        .setEncoding('utf8')
        .toArray()
        .then(([...chunks]) => {
          const text = chunks.join('')
          if (response.statusCode === 200) resolve(text)
          else reject(new Error(`the webhook at ${this.#url.href} answered ${response.statusCode}: ${text}`))
        }, reject)
    })
    call.end(body)
    return promise
  }
}
