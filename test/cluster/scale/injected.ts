import type { RecommendationStatus } from '../../../src/api/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { HttpsClient } from '../support/api.ts'
import type { WebhookProgram } from '../support/plimsoll.ts'

/** A status that has a webhook inject something under this revision. */
export function applied(revision: number): RecommendationStatus {
  const containers = [{ name: 'app', cpu: { request: '321m' }, memory: { request: '321Mi' } }]
  return { applied: { revision, time: '2026-06-02T00:00:00Z', source: 'observed', goal: 'balanced', containers } }
}

/**
 * Whether this replica itself, asked as the API server asks, injects that revision.
 *
 * @param ca of its certificate, PEM
 */
export async function injects(
  { url }: Pick<WebhookProgram, 'url'>,
  ca: string,
  { namespace, name }: Workload,
  revision: number,
): Promise<boolean> {
  const direct = new HttpsClient(url, { ca })
  try {
    const { json } = await direct.call('POST', '/mutate/auto', reviewOfPod(namespace, name))
    const { auditAnnotations } = (json as { response: { auditAnnotations: { revision?: string } } }).response
    return auditAnnotations.revision === String(revision)
  } finally {
    direct.close()
  }
}

function reviewOfPod(namespace: string, deployment: string): object {
  const hash = '5d9c7b6f84'
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${deployment}-${hash}`, controller: true }
  const object = {
    metadata: { namespace, labels: { 'pod-template-hash': hash }, ownerReferences: [owner] },
    spec: { containers: [{ name: 'app', image: 'app', resources: { requests: { cpu: '4', memory: '8Gi' } } }] },
  }
  const kind = { group: '', version: 'v1', kind: 'Pod' }
  const resource = { group: '', version: 'v1', resource: 'pods' }
  const request = { uid: 'change', kind, resource, namespace, operation: 'CREATE', object }
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }
}
