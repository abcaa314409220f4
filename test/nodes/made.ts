import { problemOf, readNodesAndPods } from '../../src/nodes/index.ts'

export type ApiNode = Parameters<typeof readNodesAndPods>[0] extends Iterable<infer T> ? T : never
export type ApiPod = Parameters<typeof readNodesAndPods>[1] extends Iterable<infer T> ? T : never

export function node(
  name: string,
  { cpu = '4', memory = '16Gi', pods = '110', labels = {}, taints = [] as { key: string; effect: string }[] } = {},
): ApiNode {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { taints },
    status: { allocatable: { cpu, memory, pods } },
  }
}

export function pod(
  name: string,
  requests: Readonly<Record<string, string>>,
  {
    labels = {},
    spec = {},
    owner,
  }: {
    readonly labels?: Record<string, string>
    readonly spec?: NonNullable<ApiPod['spec']>
    readonly owner?: { readonly kind: string; readonly name: string }
  } = {},
): ApiPod {
  return {
    metadata: { namespace: 'shop', name, labels, ownerReferences: owner ? [{ ...owner, controller: true }] : [] },
    spec: { containers: [{ name: 'app', resources: { requests } }], ...spec },
  }
}

export function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

export function problem(nodes: readonly ApiNode[], pods: readonly ApiPod[]) {
  return problemOf(readNodesAndPods(nodes, pods))
}
