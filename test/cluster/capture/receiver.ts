import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** An AdmissionReview as far as the capture looks into it. */
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

/** A webhook on loopback that allows everything and keeps each review as it came. */
export async function startReceiver(tls: { readonly certificate: string; readonly key: string }) {
  const reviews: Review[] = []
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
  return {
    reviews,
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
