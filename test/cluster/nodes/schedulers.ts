import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type ControlPlane, Processes, programPath } from '../harness/index.ts'

/** Name of the scheduler that fills the fullest node, as a cluster that is packed tightly has it. */
export const TIGHT = 'most-allocated'
/** Name of the scheduler that may choose one node only for each Pod: the one that was claimed. */
export const REPLAY = 'replay'

/** Starts KWOK: it plays the kubelets of all nodes, renews their Leases and runs their Pods. */
export async function startKubelets({ directory, kubeconfig }: ControlPlane): Promise<void> {
  const kwok = await programPath('kwok')
  const config = join(directory, 'kwok.yaml')
  writeFileSync(config, STAGES.map((stage) => JSON.stringify(stage)).join('\n---\n'))
  new Processes(directory).start(KUBELETS, kwok, [
    ...[`--kubeconfig=${kubeconfig}`, `--config=${config}`, '--manage-all-nodes=true'],
    ...['--node-lease-duration-seconds=40', '--server-address=127.0.0.1:0'],
  ])
}

/** Name of the process that plays the kubelets. */
export const KUBELETS = 'kwok'

/** Nodes become ready, Pods run as soon as they have a node, and end as soon as they are deleted. */
const STAGES = [
  stage('node-ready', 'Node', 'NotIn', '.status.conditions.[] | select( .type == "Ready" ) | .status', ['True'], {
    statusTemplate: conditions('Ready'),
  }),
  stage('pod-runs', 'Pod', 'NotIn', '.status.phase', ['Running'], {
    statusTemplate: `phase: Running\n${conditions('Initialized', 'ContainersReady', 'Ready')}`,
  }),
  stage('pod-ends', 'Pod', 'Exists', '.metadata.deletionTimestamp', undefined, { delete: true }),
]

/** What KWOK does with objects for which an expression holds. Source: https://kwok.sigs.k8s.io/docs/user/stages-configuration */
function stage(name: string, kind: string, operator: string, key: string, values: string[] | undefined, next: object) {
  const matchExpressions = [{ key, operator, ...(values && { values }) }]
  return {
    ...{ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: { name } },
    spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, next },
  }
}

function conditions(...types: readonly string[]): string {
  const lines = types.map(
    (type) =>
      `- {type: ${type}, status: "True", reason: Played, lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}`,
  )
  return `conditions:\n${lines.join('\n')}\n`
}

/** Starts kube-scheduler with NodeResourcesFit MostAllocated as its only score. */
export async function startTightScheduler(cluster: ControlPlane): Promise<void> {
  const resources = ['cpu', 'memory'].map((name) => ({ name, weight: 1 }))
  await startScheduler(cluster, TIGHT, {
    plugins: {
      postFilter: { disabled: [{ name: 'DefaultPreemption' }] },
      score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit' }] },
    },
    pluginConfig: [
      { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated', resources } } },
      { name: 'PodTopologySpread', args: { defaultingType: 'List' } },
    ],
  })
}

/**
 * Starts a kube-scheduler with an extender that leaves each Pod the node that `claimed` names for it. Every filter of the scheduler
 * has passed that node before, with the whole cluster in view.
 */
export async function startReplayScheduler(
  cluster: ControlPlane,
  claimed: (pod: string) => string | undefined,
): Promise<{ close(): void }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { Pod, NodeNames } = JSON.parse(Buffer.concat(chunks).toString()) as ExtenderArgs
      const node = claimed(Pod.metadata.name)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ NodeNames: (NodeNames ?? []).filter((name) => name === node) }))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const extender = { urlPrefix: `http://127.0.0.1:${port}`, filterVerb: 'filter', nodeCacheCapable: true }
  await startScheduler(
    cluster,
    REPLAY,
    { plugins: { postFilter: { disabled: [{ name: 'DefaultPreemption' }] } } },
    { extenders: [{ ...extender, httpTimeout: '20s' }] },
  )
  return {
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** What kube-scheduler sends. Source: k8s.io/kube-scheduler/extender/v1, ExtenderArgs with `nodeCacheCapable`. */
interface ExtenderArgs {
  readonly Pod: { readonly metadata: { readonly name: string } }
  readonly NodeNames?: readonly string[]
}

async function startScheduler(
  { directory, kubeconfig }: ControlPlane,
  name: string,
  profile: object,
  more: object = {},
): Promise<void> {
  const config = join(directory, `${name}.yaml`)
  const configuration = {
    ...{ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig, qps: 2000, burst: 4000 },
    percentageOfNodesToScore: 100,
    profiles: [{ schedulerName: name, ...profile }],
    ...more,
  }
  writeFileSync(config, JSON.stringify(configuration))
  new Processes(directory).start(`kube-scheduler-${name}`, await programPath('kube-scheduler'), [
    ...[`--config=${config}`, '--secure-port=0'],
  ])
}
