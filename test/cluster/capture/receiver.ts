import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { CertificateAuthority } from '../harness/index.ts'

/** The fields of an AdmissionReview that the capture reads. */
export interface Review {
  readonly request: {
    readonly uid: string
    readonly operation: string
    readonly dryRun: boolean
    readonly kind: { readonly kind: string }
    readonly subResource?: string
    readonly object: { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }
  }
}

/** Rules of a receiver, by default for the creation of Pods. */
export interface Called {
  readonly rules?: readonly object[]
  readonly failurePolicy?: 'Fail' | 'Ignore'
  readonly namespaceSelector?: object
}

const PODS_CREATED = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }]

/** A webhook on loopback that allows everything and records each review. */
export async function startReceiver(authority: CertificateAuthority) {
  const reviews: Review[] = []
  const tls = await authority.issue('receiver', { subject: '/CN=receiver', names: ['IP:127.0.0.1'] })
  const server = createServer(
    { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) },
    async (call, answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of call) chunks.push(chunk as Buffer)
      const review = JSON.parse(Buffer.concat(chunks).toString()) as Review
      reviews.push(review)
      const response = { uid: review.request.uid, allowed: true }
      answer.setHeader('content-type', 'application/json')
      answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }))
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    reviews,
    /** A MutatingWebhookConfiguration of this name, with which the API server calls the receiver. */
    registration(
      name: string,
      { rules = PODS_CREATED, failurePolicy = 'Fail', namespaceSelector }: Called = {},
    ): object {
      const webhook = {
        name: `${name}.plimsoll.dev`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy,
        rules,
        ...(namespaceSelector && { namespaceSelector }),
        clientConfig: { url, caBundle: readFileSync(authority.certificate, 'base64') },
      }
      return {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name },
        webhooks: [webhook],
      }
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
