// What a learner finds of a large fleet when it starts: its Pods, their usage now, and what was learned of them before.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { createLearner } from '../../../src/learner/index.ts'
import type { Etcd, Stored } from '../support/etcd.ts'
import { workloadOf } from './fleet.ts'

const DEPLOYMENT = join(import.meta.dirname, '../../fixtures/admission/deployment.json')
const CONTAINERS = ['app', 'sidecar']
const MEBIBYTE = 2 ** 20
const HOUR = 3_600
const HOURS = 14 * 24
/** The best one, as the learner has it, takes thirty times as long for 1 % less. */
const QUICKLY = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }

/** A Pod of each workload of the fleet. */
export function pods(workloads: number): Stored[] {
  const { object } = JSON.parse(readFileSync(DEPLOYMENT, 'utf8')).request
  return Array.from({ length: workloads }, (_, number) => {
    const { namespace, name: deployment } = workloadOf(number)
    const name = podName(number)
    const hash = { 'pod-template-hash': '5d9c7b6f84' }
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: `${deployment}-5d9c7b6f84`,
      uid: 'x',
      controller: true,
    }
    const labels = { app: deployment, ...hash }
    const metadata = { ...object.metadata, ...born(namespace, name, '9000', number), labels, ownerReferences: [owner] }
    const [first] = object.spec.containers
    const containers = CONTAINERS.map((container) => ({ ...first, name: container }))
    const spec = { ...object.spec, containers }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Running' } }
    return { key: `/registry/pods/${namespace}/${name}`, value: JSON.stringify(pod) }
  })
}

/** What the metrics API says of each. */
export function podMetrics(workloads: number): Stored[] {
  return Array.from({ length: workloads }, (_, number) => {
    const { namespace } = workloadOf(number)
    const name = podName(number)
    const usage = { cpu: `${100 + (number % 900)}m`, memory: `${200 + (number % 800)}Mi` }
    const metrics = {
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: born(namespace, name, 'a000', number),
      timestamp: new Date().toISOString(),
      window: '15s',
      containers: CONTAINERS.map((container) => ({ name: container, usage })),
    }
    return { key: `/registry/metrics.k8s.io/pods/${namespace}/${name}`, value: JSON.stringify(metrics) }
  })
}

/** Full records, as after a fortnight of samples every hour. */
export async function checkpoints(etcd: Etcd, workloads: number): Promise<Stored[]> {
  const [template] = await etcd.read('/registry/plimsoll.dev/recommendationcheckpoints/templates/')
  const learner = createLearner()
  const now = Math.floor(Date.now() / 1000 / HOUR) * HOUR
  return Array.from({ length: workloads }, (_, number) => {
    const workload = workloadOf(number)
    const samples = Array.from({ length: HOURS }, (_, hour) =>
      CONTAINERS.map((container) => ({
        container: { workload, container },
        pod: podName(number),
        timestampSeconds: now - (HOURS - hour) * HOUR,
        cpuCores: ((hour * 37 + number) % 100) / 50,
        memoryBytes: (((hour * 53 + number) % 1000) + 100) * MEBIBYTE,
      })),
    )
    learner.observe(samples.flat())
    const state = brotliCompressSync(learner.saveWorkload(workload)!, QUICKLY).toString('base64')
    learner.forget(workload)
    const { namespace } = workload
    const name = `deployment-${workload.name}`
    const object = JSON.parse(template!.value)
    Object.assign(object.metadata, born(namespace, name, '4000', number))
    object.status.state = state
    const key = `/registry/plimsoll.dev/recommendationcheckpoints/${namespace}/${name}`
    return { key, value: JSON.stringify(object) }
  })
}

function podName(number: number): string {
  return `${workloadOf(number).name}-5d9c7b6f84-abcde`
}

function born(namespace: string, name: string, kind: string, number: number) {
  const uid = `00000000-0000-4000-${kind}-${String(number).padStart(12, '0')}`
  return { namespace, name, uid, creationTimestamp: '2026-01-01T00:00:00Z' }
}
