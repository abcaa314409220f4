// Plimsoll as people have it: real Pods, from `helm install` of the chart, of the image that the project's script makes.
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { CHART } from '../../../scripts/chart/files.ts'
import { type Cluster, until } from '../harness/index.ts'
import { IMAGE_VALUES } from '../support/image.ts'

export const NAMESPACE = 'plimsoll'
/** Helm waits for this long for all to be ready. */
const READY = ['--wait', '--timeout=300s']

export interface SeenPod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status: {
    readonly podIP?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[]
  }
}

/** `helm install`, `upgrade`, `test` and `uninstall`, each with these values on top of the image's. */
export async function helm(cluster: Cluster, command: string, values: object = {}): Promise<string> {
  const named = [command, 'plimsoll', `--namespace=${NAMESPACE}`]
  if (command === 'test' || command === 'uninstall') {
    return await cluster.helm([...named, ...(command === 'uninstall' ? ['--wait'] : [])], {
      timeoutMilliseconds: 300_000,
    })
  }
  return await cluster.helm([...named.slice(0, 2), CHART, ...named.slice(2), '--values=-', ...READY], {
    input: { ...IMAGE_VALUES, ...values },
    timeoutMilliseconds: 320_000,
  })
}

/** Names of the Deployments, and the label by which the Pods of each are found. */
export type Deployed = 'plimsoll' | 'plimsoll-learner'

/** The Pods of the webhook, or of the learner. */
export async function podsOf(cluster: Cluster, name: Deployed = 'plimsoll'): Promise<SeenPod[]> {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app.kubernetes.io%2Fname%3D${name}`
  return (await cluster.read<{ items: SeenPod[] }>(path))!.items
}

export function isReady({ metadata, status }: SeenPod): boolean {
  if (metadata.deletionTimestamp) return false
  return status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}

/** Waits until two webhooks, two learners and no others are there, and all are ready. */
export async function settled(cluster: Cluster): Promise<SeenPod[]> {
  const attempt = async () => {
    const pods = [await podsOf(cluster), await podsOf(cluster, 'plimsoll-learner')]
    return pods.every(({ length }) => length === 2) && pods.flat().every(isReady) && pods.flat()
  }
  return await until('two ready webhooks, two ready learners and no others', attempt, {
    timeoutMilliseconds: 180_000,
    everyMilliseconds: 500,
  })
}

/** Ids (on this machine) of the processes in this cluster's containers that run `plimsoll <command>`. */
export function processesOf({ directory }: Cluster, command: 'webhook' | 'learner'): number[] {
  const cgroup = `plimsoll-test-${basename(directory).split('-').at(-1)}/`
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        const main = words.indexOf('/app/dist/main.js')
        return main > 0 && words[main + 1] === command && readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(cgroup)
      } catch {
        return false // it has ended meanwhile
      }
    })
}
