// Reviews as a real kube-apiserver sent them (test/fixtures/admission), and a webhook that knows their workloads.
import { readFileSync } from 'node:fs'
import { API_VERSION, Recommendation } from '../../src/api/index.ts'
import { DEFAULT_POLICY } from '../../src/policy/index.ts'
import { Snapshot } from '../../src/recommendations/index.ts'
import { createAdmit } from '../../src/webhook/admission.ts'
import type { Operation } from '../../src/webhook/apply.ts'
import { type AdmissionRequest, reasonsOf } from '../../src/webhook/review.ts'
import { applyInPlace } from '../apply.ts'

type Resources = { requests?: Record<string, string>; limits?: Record<string, string> }
export interface CapturedPod {
  metadata: { annotations?: Record<string, string>; labels?: Record<string, string> }
  spec: Record<'containers' | 'initContainers', { name: string; resources?: Resources }[] | undefined> & {
    resources?: Resources
  }
}

/** Values for every container of every captured workload. */
const LEARNED = { cpu: { request: '150m', limit: '600m' }, memory: { request: '300Mi', limit: '400Mi' } }

const CONTAINERS = [
  'app',
  'api',
  'metrics-exporter',
  'postgres',
  'shipper',
  'migrate',
  'report',
  'matcher',
  'worker',
  'proxy',
  'web',
  'shell',
]

export function recommendation(namespace: string, kind: string, name: string): Recommendation {
  const containers = CONTAINERS.map((container) => ({ name: container, ...LEARNED }))
  return Recommendation.parse({
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace, name: `${kind}-${name}`.toLowerCase() },
    spec: { workload: { kind, name } },
    status: {
      applied: { revision: 4, time: '2026-01-02T03:04:05Z', source: 'observed', goal: 'balanced', containers },
    },
  })
}

const snapshot = new Snapshot()
snapshot.replace([
  recommendation('shop', 'Deployment', 'checkout'),
  recommendation('shop', 'ReplicaSet', 'legacy-api'),
  recommendation('shop', 'StatefulSet', 'orders-db'),
  recommendation('shop', 'DaemonSet', 'log-shipper'),
  recommendation('shop', 'CronJob', 'report'),
  recommendation('shop', 'Node', 'worker-1'),
  recommendation('shop', 'Pod', 'labelled'),
  recommendation('limited', 'Pod', 'labelled'),
  recommendation('shop', 'Job', 'labelled'),
])
export const admit = createAdmit({ snapshot, policy: () => DEFAULT_POLICY })

export function captured(name: string): AdmissionRequest & { object: CapturedPod } {
  return JSON.parse(readFileSync(new URL(`../fixtures/admission/${name}.json`, import.meta.url), 'utf8')).request
}

/** Adds a captured Pod without an owner to a workload, as its author would: by label. */
export function labelled(name: string): AdmissionRequest & { object: CapturedPod } {
  const request = captured(name)
  request.object.metadata.labels = { ...request.object.metadata.labels, 'plimsoll.dev/workload': 'labelled' }
  return request
}

export function admitted(request: AdmissionRequest & { object: CapturedPod }) {
  const pod = structuredClone(request.object)
  const response = admit(request, 'auto')
  const patch: Operation[] = response.patch ? JSON.parse(Buffer.from(response.patch, 'base64').toString()) : []
  applyInPlace(pod as never, patch)
  const lines = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])].map(
    ({ name, resources }) => `${name}: ${describeResources(resources)}`,
  )
  return { response, patch, pod, lines, reasons: reasonsOf(response) }
}

function describeResources({ requests = {}, limits = {} }: Resources = {}): string {
  const resource = (name: string) => `${name} ${requests[name] ?? '-'}/${limits[name] ?? '-'}`
  return `${resource('cpu')}, ${resource('memory')}`
}
