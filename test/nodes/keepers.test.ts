import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { billOf, type LpSolver, readNodesAndPods } from '../../src/nodes/index.ts'
import { loadSolver } from '../../src/solver/index.ts'
import { type ApiNode, type ApiPod, many, node, pod } from './made.ts'

type Reading = NonNullable<Parameters<typeof readNodesAndPods>[2]>
const SAME = () => ({})
const owner = { kind: 'ReplicaSet', name: 'web-6d4f' }

/** Five nodes of 4 cores with a Pod of 1 core each: two nodes are enough. */
const five = (labels: Readonly<Record<string, string>> = {}) => many(5, (i) => node(`node-${i}`, { labels }))
const onEach = (change: (its: ApiPod, i: number) => object = () => ({})): ApiPod[] =>
  many(5, (i) => {
    const its = pod(`web-${i}`, { cpu: '1' }, { owner, labels: { app: 'web' }, spec: { nodeName: `node-${i}` } })
    return { ...its, ...change(its, i) }
  })
const annotated = (annotations: Readonly<Record<string, string>>) => (its: ApiPod) => ({
  metadata: { ...its.metadata, annotations },
})
const autoscalerPod = (args: readonly string[] = []): ApiPod => ({
  metadata: { namespace: 'infra', name: 'autoscaler', ownerReferences: [{ ...owner, controller: true }] },
  spec: {
    nodeName: 'node-0',
    containers: [{ name: 'ca', image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0', args }],
  } as unknown as NonNullable<ApiPod['spec']>,
})
const budget = (name: string, disruptionsAllowed: number) => ({
  ...{ metadata: { namespace: 'shop', name }, spec: { selector: { matchLabels: { app: 'web' } } } },
  status: { disruptionsAllowed },
})
const karpenter = five({ 'karpenter.sh/nodepool': 'default' })

describe('nodes that Pods could leave', () => {
  let solve: LpSolver
  before(async () => {
    solve = await loadSolver()
  })

  const kept = (nodes: readonly ApiNode[], pods: readonly ApiPod[], reading: Partial<Reading> = {}) => {
    const cluster = readNodesAndPods(nodes, pods, { volumes: new Map(), ...reading })
    const [scenario] = billOf(cluster, [{ name: 'now', of: SAME }], solve).scenarios
    return scenario!.kept
  }
  const reasons = (...args: Parameters<typeof kept>) => [
    ...new Set(kept(...args).flatMap((one) => one.reasons.map(({ says }) => says))),
  ]

  it('go where nothing keeps them', () => {
    assert.deepEqual(kept(karpenter, onEach()), [])
    assert.deepEqual(kept(five(), [...onEach(), autoscalerPod()]), [])
  })

  it('are kept by no rule where no autoscaler is found', () => {
    assert.deepEqual(kept(five(), onEach(), { budgets: [budget('web', 0)] }), [])
  })

  describe('with Karpenter', () => {
    it('are kept by a PodDisruptionBudget that allows nothing, and by two that select the same Pod', () => {
      const all = kept(karpenter, onEach(), { budgets: [budget('web', 0)] })
      assert.equal(all.length, 3, 'three nodes are spare')
      assert.deepEqual(all[0], {
        ...{ node: 'node-0', group: 'default' },
        reasons: [
          {
            ...{ pod: 'shop/web-0', says: 'PodDisruptionBudget web allows no disruption now' },
            unblock: 'add replicas, or raise maxUnavailable of the budget',
          },
        ],
      })
      assert.deepEqual(reasons(karpenter, onEach(), { budgets: [budget('web', 0)] }), [
        'PodDisruptionBudget web allows no disruption now',
      ])
      assert.deepEqual(reasons(karpenter, onEach(), { budgets: [budget('a', 1), budget('b', 1)] }), [
        'has more than one PodDisruptionBudget (a, b), so that it cannot be evicted',
      ])
      assert.deepEqual(reasons(karpenter, onEach(), { budgets: [budget('web', 1)] }), [])
    })

    it('are kept by Pods and nodes that are not to be disrupted', () => {
      assert.deepEqual(reasons(karpenter, onEach(annotated({ 'karpenter.sh/do-not-disrupt': 'true' }))), [
        'annotated karpenter.sh/do-not-disrupt',
      ])
      const nodes = karpenter.map((one) => ({
        ...one,
        metadata: { ...one.metadata, annotations: { 'karpenter.sh/do-not-disrupt': 'true' } },
      }))
      assert.deepEqual(reasons(nodes, onEach()), ['the node is annotated karpenter.sh/do-not-disrupt'])
    })

    it('are kept by a NodePool that does not consolidate, and by a budget of 0 nodes', () => {
      const pool = (disruption: object) => ({ nodePools: [{ metadata: { name: 'default' }, spec: { disruption } }] })
      const says = (disruption: object) => reasons(karpenter, onEach(), pool(disruption))
      assert.deepEqual(says({ consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: '30s' }), [])
      assert.deepEqual(says({ consolidationPolicy: 'WhenEmpty' }), ['NodePool default consolidates empty nodes only'])
      assert.deepEqual(says({ consolidateAfter: 'Never' }), ['NodePool default has consolidateAfter: Never'])
      assert.deepEqual(says({ budgets: [{ nodes: '0' }] }), [
        'a disruption budget of NodePool default always allows 0 nodes',
      ])
      assert.deepEqual(says({ budgets: [{ nodes: '0', schedule: '0 9 * * *' }, { nodes: '10%' }] }), [])
      assert.deepEqual(says({ budgets: [{ nodes: '0', reasons: ['Drifted'] }] }), [])
    })

    it('go although Pods have no controller or data on the disk of the node', () => {
      const volumes = [{ name: 'cache', emptyDir: {} }]
      const bare = onEach((its) => ({
        metadata: { ...its.metadata, ownerReferences: [] },
        spec: { ...its.spec, volumes },
      }))
      assert.deepEqual(kept(karpenter, bare), [])
    })
  })

  describe('with Cluster Autoscaler', () => {
    const says = (pods: readonly ApiPod[], args?: readonly string[], reading?: Partial<Reading>) =>
      reasons(five(), [...pods, autoscalerPod(args)], reading)

    it('are kept by safe-to-evict: "false", independently of other rules', () => {
      const annotations = { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' }
      assert.deepEqual(says(onEach(annotated(annotations))), [
        'annotated cluster-autoscaler.kubernetes.io/safe-to-evict: "false"',
      ])
    })

    it('are kept by data on the disk of the node, unless it is declared safe to lose or the flag is off', () => {
      const volumes = [
        { name: 'cache', emptyDir: {} },
        { name: 'memory', emptyDir: { medium: 'Memory' } },
        { name: 'settings', configMap: { name: 'x' } },
      ]
      const withData = (annotations: Readonly<Record<string, string>> = {}) =>
        onEach((its) => ({ metadata: { ...its.metadata, annotations }, spec: { ...its.spec, volumes } }))
      assert.deepEqual(says(withData()), ["has data on the node's disk (volume cache)"])
      assert.deepEqual(says(withData(), ['--skip-nodes-with-local-storage=false']), [])
      assert.deepEqual(says(withData({ 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' })), [])
      assert.deepEqual(says(withData({ 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': 'cache' })), [])
    })

    it('are kept by Pods without a controller', () => {
      assert.deepEqual(says(onEach((its) => ({ metadata: { ...its.metadata, ownerReferences: [] } }))), [
        'no controller would create it again',
      ])
    })

    it('are kept by Pods of kube-system without a PodDisruptionBudget', () => {
      const system = onEach((its) => ({ metadata: { ...its.metadata, namespace: 'kube-system' } }))
      assert.deepEqual(says(system), ['in kube-system without a PodDisruptionBudget'])
      assert.deepEqual(says(system, ['--skip-nodes-with-system-pods=false']), [])
      const its = { ...budget('dns', 1), metadata: { namespace: 'kube-system', name: 'dns' } }
      assert.deepEqual(says(system, [], { budgets: [its] }), [])
    })

    it('are kept above the threshold of utilization', () => {
      const fuller = onEach((its) => ({
        spec: { ...its.spec, containers: [{ name: 'app', resources: { requests: { cpu: '500m', memory: '3Gi' } } }] },
      }))
      assert.deepEqual(says(fuller, ['--scale-down-utilization-threshold=0.15']), [
        '19 % of it is requested, and Cluster Autoscaler looks at nodes up to 15 % only',
      ])
      assert.deepEqual(says(fuller), [])
    })

    it('are all kept where scaling down is off, and where a node is annotated', () => {
      assert.deepEqual(says(onEach(), ['--scale-down-enabled=false']), ['Cluster Autoscaler removes no nodes'])
      const nodes = five().map((one) => ({
        ...one,
        metadata: {
          ...one.metadata,
          annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' },
        },
      }))
      assert.deepEqual(reasons(nodes, [...onEach(), autoscalerPod()]), [
        'the node is annotated cluster-autoscaler.kubernetes.io/scale-down-disabled',
      ])
    })

    it('are found by the status of an autoscaler that runs out of sight', () => {
      const pods = onEach((its) => ({ metadata: { ...its.metadata, ownerReferences: [] } }))
      assert.deepEqual(reasons(five(), pods, { hasAutoscalerStatus: true }), ['no controller would create it again'])
    })
  })

  it('are those that the least keeps', () => {
    const pods = onEach((its, i) => (i < 3 ? annotated({ 'karpenter.sh/do-not-disrupt': 'true' })(its) : {}))
    const all = kept(karpenter, pods)
    assert.equal(all.length, 1, 'two of the three spare nodes can be two that nothing keeps')
  })
})
