// Many Recommendations of realistic size.
import { randomUUID } from 'node:crypto'
import { API_VERSION, type Recommendation, type Revision } from '../../../src/api/index.ts'
import { until } from '../harness/index.ts'
import type { Administered } from '../support/admin.ts'
import { Etcd, type Stored } from '../support/etcd.ts'
import { makeNamespace } from '../support/namespace.ts'
import { writeLearned } from './learned.ts'

const NAMESPACES = 20
const TEMPLATES = 'templates'

export interface Fleet {
  /** Stores the workloads in a range of numbers. Returns the bytes of their keys and values. */
  store(kind: 'recommendations' | 'recommendationcheckpoints', from: number, to: number): Promise<number>
  /** Replaces their Recommendations by those of workloads without a sidecar. */
  storeWithoutSidecar(from: number, to: number): Promise<void>
  /** Waits until the API server has read them. */
  listed(): Promise<void>
}

/** Name of a workload of the fleet: a Deployment with two containers, `app` and `sidecar`. */
export function workloadOf(number: number) {
  return { namespace: `fleet-${number % NAMESPACES}`, kind: 'Deployment', name: `service-${number}` }
}

/**
 * Has the API server store a few that the real learner made, so that they are what it stores, field managers and all; the
 * others are copies, written straight to etcd: through the API, 20,000 of them take minutes.
 */
export async function makeFleet(cluster: Administered): Promise<Fleet> {
  await makeNamespace(cluster, TEMPLATES)
  for (let number = 0; number < NAMESPACES; number++) await makeNamespace(cluster, workloadOf(number).namespace, 'auto')
  await writeLearned(cluster.client, TEMPLATES)
  const etcd = new Etcd(cluster)
  const copiesOf = async (kind: string, from: number, to: number) => {
    const templates = await etcd.read(`/registry/plimsoll.dev/${kind}/${TEMPLATES}/`)
    return Array.from({ length: to - from }, (_, offset) =>
      copyOf(templates[(from + offset) % templates.length]!, kind, from + offset),
    )
  }
  return {
    async listed() {
      const list = async () =>
        (await cluster.api.call('GET', `/apis/${API_VERSION}/recommendations?limit=1`)).status === 200
      await until('the API server to list them', list, { timeoutMilliseconds: 120_000 })
    },
    async store(kind, from, to) {
      const copies = await copiesOf(kind, from, to)
      await etcd.write(copies)
      return copies.reduce((bytes, { key, value }) => bytes + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
    },
    async storeWithoutSidecar(from, to) {
      await etcd.write((await copiesOf('recommendations', from, to)).map(withoutSidecar))
    },
  }
}

function copyOf({ value }: Stored, kind: string, number: number): Stored {
  const { namespace, name: workload } = workloadOf(number)
  const name = `deployment-${workload}`
  const object = JSON.parse(value)
  Object.assign(object.metadata, { namespace, name, uid: randomUUID() })
  if (object.spec) object.spec.workload.name = workload
  return { key: `/registry/plimsoll.dev/${kind}/${namespace}/${name}`, value: JSON.stringify(object) }
}

function withoutSidecar({ key, value }: Stored): Stored {
  const { status, ...object } = JSON.parse(value) as Recommendation
  const { learned, applied, changelog } = status!
  const first = (revision: Revision) => ({ ...revision, containers: revision.containers.slice(0, 1) })
  const own = changelog!.map((entry) => ({
    ...entry,
    changes: entry.changes!.filter(({ container }) => container === 'app'),
  }))
  const alone = { ...status, learned: first(learned!), applied: first(applied!), changelog: own }
  return { key, value: JSON.stringify({ ...object, status: alone }) }
}
