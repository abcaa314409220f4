import { join } from 'node:path'
import type { Workload } from '../../../src/workloads/index.ts'
import type { Cluster } from '../harness/index.ts'

/** What a container does (`work.mjs`), and its author's requests and limits. */
interface Work {
  readonly does: object
  readonly requests: Quantities
  readonly limits?: Partial<Quantities>
}

interface Quantities {
  readonly cpu: string
  readonly memory: string
}

export interface LoopWorkload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob'
  readonly name: string
  readonly behaviour: string
  readonly replicas?: number
  /** Its containers end now and then, independently of Plimsoll. */
  readonly ends?: true
  readonly containers: Readonly<Record<string, Work>>
  /** Native sidecars. */
  readonly sidecars?: Readonly<Record<string, Work>>
}

const IMAGE = 'work:1'
/** Duration of a run of the CronJob. */
export const RUN_SECONDS = 40

const storefront: LoopWorkload = {
  kind: 'Deployment',
  name: 'storefront',
  behaviour: 'steady',
  replicas: 2,
  containers: {
    storefront: { does: { cores: 0.03, holdMiB: 30 }, requests: { cpu: '150m', memory: '512Mi' } },
  },
}

const checkout: LoopWorkload = {
  kind: 'Deployment',
  name: 'checkout',
  behaviour: 'bursty, with a sidecar',
  containers: {
    checkout: {
      does: { cores: 0.01, holdMiB: 60, burst: { cores: 0.9, seconds: 3, everySeconds: 18 } },
      requests: { cpu: '10m', memory: '32Mi' },
    },
  },
  sidecars: {
    envoy: { does: { cores: 0.01 }, requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '256Mi' } },
  },
}

const cart: LoopWorkload = {
  kind: 'Deployment',
  name: 'cart',
  behaviour: 'leaking, restarts',
  ends: true,
  containers: {
    cart: {
      does: { cores: 0.01, leakMiBPerSecond: 0.75, leakUpToMiB: 80 },
      requests: { cpu: '150m', memory: '700Mi' },
      limits: { memory: '700Mi' },
    },
  },
}

const payments: LoopWorkload = {
  kind: 'Deployment',
  name: 'payments',
  behaviour: 'CPU-bound, throttled',
  containers: {
    payments: { does: { cores: 1 }, requests: { cpu: '20m', memory: '400Mi' }, limits: { cpu: '300m' } },
  },
}

const postgres: LoopWorkload = {
  kind: 'StatefulSet',
  name: 'postgres',
  behaviour: 'outgrew its limit, OOM-killed',
  ends: true,
  containers: {
    postgres: {
      // It takes a while, because a resize cannot reach a container that is killed right at its start.
      does: { cores: 0.02, growMiBPerSecond: 6, growToMiB: 90 },
      requests: { cpu: '50m', memory: '32Mi' },
      limits: { memory: '64Mi' },
    },
  },
}

const logAgent: LoopWorkload = {
  kind: 'DaemonSet',
  name: 'log-agent',
  behaviour: 'nearly idle, on every node',
  containers: {
    'log-agent': {
      does: { cores: 0.005 },
      requests: { cpu: '100m', memory: '512Mi' },
      limits: { memory: '512Mi' },
    },
  },
}

const nightlyReport: LoopWorkload = {
  kind: 'CronJob',
  name: 'nightly-report',
  behaviour: 'runs every minute',
  containers: {
    report: { does: { cores: 0.1, holdMiB: 40, runSeconds: RUN_SECONDS }, requests: { cpu: '100m', memory: '400Mi' } },
  },
}

/** Real programs that request far too much or far too little. The names are those of `examples/`. */
export const WORKLOADS = { storefront, checkout, cart, payments, postgres, logAgent, nightlyReport } as const

/** Makes the image of all of them. */
export function loadImage(cluster: Cluster): Promise<void> {
  return cluster.image(IMAGE, {
    from: 'node',
    files: { '/work.mjs': join(import.meta.dirname, 'work.mjs') },
    command: ['node', '/work.mjs'],
    user: 65532,
  })
}

/** The workload of a program, as Plimsoll identifies it. */
export function workloadIn(namespace: string, { kind, name }: LoopWorkload): Workload {
  return { namespace, kind, name }
}

/** Manifest of a workload. */
export function manifest(namespace: string, { kind, name, replicas = 1, containers, sidecars }: LoopWorkload): object {
  const labels = { app: name }
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers: Object.entries(containers).map(container),
    ...(sidecars && {
      initContainers: Object.entries(sidecars).map((sidecar) => ({ ...container(sidecar), restartPolicy: 'Always' })),
    }),
    ...(kind === 'CronJob' && { restartPolicy: 'Never' }),
  }
  const template = { metadata: { labels }, spec }
  const selected = { selector: { matchLabels: labels }, template }
  const specs = {
    Deployment: { ...selected, replicas },
    StatefulSet: { ...selected, replicas, serviceName: name },
    DaemonSet: selected,
    CronJob: {
      schedule: '* * * * *',
      concurrencyPolicy: 'Forbid',
      jobTemplate: { spec: { template, backoffLimit: 0 } },
    },
  }
  const apiVersion = kind === 'CronJob' ? 'batch/v1' : 'apps/v1'
  return { apiVersion, kind, metadata: { name, namespace }, spec: specs[kind] }
}

function container([name, { does, requests, limits }]: [string, Work]) {
  return {
    name,
    image: IMAGE,
    args: ['node', '/work.mjs', JSON.stringify(does)],
    resources: { requests, ...(limits && { limits }) },
  }
}
