import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Observed } from '../../src/experiment-runner/observed.ts'
import { refusalOf } from '../../src/experiment-runner/refusals.ts'
import { NO_LIMIT_RULES, readLimitRange } from '../../src/sizing/limit-range.ts'
import { experimentNamed, workload } from './model-cluster.ts'

const CIRCUMSTANCES = {
  now: new Date('2026-03-01T10:00:00Z'),
  settings: { bounds: { cpu: {}, memory: {} }, prices: { coreHour: 0.03, gibHour: 0.004 } },
  loadProblems: [],
}

function observed(change: Partial<Observed> = {}, spec: object = {}): Observed {
  return {
    ...{ experiment: experimentNamed('try', spec), others: [], lease: undefined, loads: [], rules: NO_LIMIT_RULES },
    namespace: { labels: { 'plimsoll.dev/experiments': 'allowed' }, isTerminating: false },
    ...{ targets: [{ object: workload(), pods: [] }], autoscalers: [], verticalAutoscalers: [] },
    ...change,
  }
}

function withMetadata(metadata: object) {
  const object = workload()
  return { targets: [{ object: { ...object, metadata: { ...object.metadata, ...metadata } }, pods: [] }] }
}

function withEnv(item: object) {
  const object = structuredClone(workload())
  Object.assign(object.spec.template.spec.containers[0]!, { env: [item] })
  return object
}

const HPA = {
  metadata: { name: 'scaler', namespace: 'staging', uid: 'h', resourceVersion: '1' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 3 },
}
const keda = { kind: 'ScaledObject', name: 'web', controller: true }
const VPA = {
  metadata: { name: 'sizer', namespace: 'staging', uid: 'v', resourceVersion: '1' },
  spec: { targetRef: { kind: 'Deployment', name: 'web' } },
}
const inMode = (mode: string) => ({
  namespace: { labels: { 'plimsoll.dev/experiments': 'allowed', 'plimsoll.dev/mode': mode }, isTerminating: false },
})
const GOMAXPROCS = { name: 'GOMAXPROCS', env: 'GOMAXPROCS', min: 1, max: 8, step: 1 }
const zero = { object: { ...workload(), spec: { ...workload().spec, replicas: 0 } }, pods: [] }

const REFUSED: Readonly<Record<string, readonly [string, RegExp, Observed]>> = {
  'a namespace without the label': [
    'NotAllowed',
    /does not have the label plimsoll.dev\/experiments: allowed/,
    observed({ namespace: { labels: {}, isTerminating: false } }),
  ],
  'mode auto': ['NotAllowed', /plimsoll.dev\/mode: auto/, observed(inMode('auto'))],
  'mode approve': ['NotAllowed', /plimsoll.dev\/mode: approve/, observed(inMode('approve'))],
  'a workload that does not exist': [
    'TargetNotFound',
    /Deployment web does not exist/,
    observed({ targets: [{ object: undefined, pods: [] }] }),
  ],
  'a workload without replicas': ['NoReplicas', /scale it first/, observed({ targets: [zero] })],
  'a workload of Argo CD': [
    'ManagedByGitOps',
    /Argo CD, by argocd.argoproj.io\/tracking-id: shop:apps/,
    observed(withMetadata({ annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps' } })),
  ],
  'a workload of Flux': [
    'ManagedByGitOps',
    /Flux \(Kustomization\), by kustomize.toolkit.fluxcd.io\/name: shop/,
    observed(withMetadata({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' } })),
  ],
  'a workload that Helm of Flux wrote, without a label': [
    'ManagedByGitOps',
    /Flux \(HelmRelease\), which wrote it as helm-controller/,
    observed(withMetadata({ managedFields: [{ manager: 'helm-controller' }] })),
  ],
  'a workload that another controller owns': [
    'OwnedByController',
    /belongs to Kafka main/,
    observed(withMetadata({ ownerReferences: [{ kind: 'Kafka', name: 'main', controller: true }] })),
  ],
  'an autoscaler without consent': ['Autoscaled', /pauseAutoscalers: true/, observed({ autoscalers: [HPA] })],
  'an autoscaler of KEDA, also with consent': [
    'Autoscaled',
    /belongs to ScaledObject web/,
    observed(
      { autoscalers: [{ ...HPA, metadata: { ...HPA.metadata, ownerReferences: [keda] } }] },
      { pauseAutoscalers: true },
    ),
  ],
  'a VerticalPodAutoscaler': ['VerticalAutoscaler', /sizer/, observed({ verticalAutoscalers: [VPA] })],
  'bounds without a value between them': [
    'InvalidSpec',
    /web\/app cpu: expected a minimum below the maximum/,
    observed({}, { vary: { memory: { fixed: true }, cpu: { min: '4', max: '2' } } }),
  ],
  'a LimitRange that leaves nothing to try': [
    'InvalidSpec',
    /web\/app cpu/,
    observed({ rules: readLimitRange({ limits: [{ type: 'Container', min: { cpu: '4' } }] }) }),
  ],
  'replicas outside the bounds of the autoscaler': [
    'InvalidSpec',
    /web replicas/,
    observed({ autoscalers: [HPA] }, { pauseAutoscalers: true, vary: { replicas: { min: 5, max: 9 } } }),
  ],
  'a setting of a container that does not exist': [
    'InvalidSpec',
    /vary.settings workers/,
    observed({}, { vary: { settings: [{ name: 'workers', container: 'no', env: 'W', min: 1, max: 2, step: 1 }] } }),
  ],
  'a setting whose value comes from elsewhere': [
    'InvalidSpec',
    /vary.settings workers: W has a valueFrom/,
    observed(
      {
        targets: [
          { object: withEnv({ name: 'W', valueFrom: { configMapKeyRef: { name: 'c', key: 'w' } } }), pods: [] },
        ],
      },
      { vary: { settings: [{ name: 'workers', env: 'W', min: 1, max: 2, step: 1 }] } },
    ),
  ],
  'what etcd cannot store with the results': [
    'TooLarge',
    /bytes, more than 900000: put scripts into ConfigMaps/,
    observed({}, { loads: [{ name: 'normal', k6: { script: 'x'.repeat(900_000) } }] }),
  ],
  'nothing to vary': [
    'InvalidSpec',
    /parameters: expected 1 to 12, got 0/,
    observed({}, { vary: { cpu: { fixed: true }, memory: { fixed: true } } }),
  ],
  'a setting that neither the workload nor the experiment states': [
    'InvalidSpec',
    /vary.settings GOMAXPROCS: the workload states no number for it; state its baseline/,
    observed({}, { vary: { settings: [GOMAXPROCS] } }),
  ],
  'a setting that is no number in the workload': [
    'InvalidSpec',
    /vary.settings log: the workload states no number/,
    observed({}, { vary: { settings: [{ ...GOMAXPROCS, name: 'log', env: 'LOG' }] } }),
  ],
}

describe('an experiment is refused before it changes anything, with what to do about it', () => {
  for (const [what, [reason, message, seen]] of Object.entries(REFUSED))
    test(`because of ${what}`, () => {
      const refusal = refusalOf(seen, CIRCUMSTANCES)
      assert.equal(refusal?.reason, reason)
      assert.match(refusal!.message, message)
    })

  test('because of a load that cannot run', () => {
    const refusal = refusalOf(observed(), { ...CIRCUMSTANCES, loadProblems: ['load normal: no container'] })
    assert.deepEqual(refusal, { reason: 'InvalidLoad', message: 'load normal: no container' })
  })
})

test('an experiment is not refused where nothing is in its way, or what is was set aside', () => {
  const argo = withMetadata({ annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps' } })
  const off = { ...VPA, spec: { ...VPA.spec, updatePolicy: { updateMode: 'Off' } } }
  const suspended = withMetadata({
    labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' },
    annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' },
  })
  for (const fine of [
    observed(),
    observed(inMode('observe')),
    observed(argo, { gitOpsSuspended: true }),
    observed(suspended),
    observed({ autoscalers: [HPA] }, { pauseAutoscalers: true }),
    observed({ verticalAutoscalers: [off] }),
    observed({}, { vary: { settings: [{ ...GOMAXPROCS, baseline: 4 }] } }),
  ])
    assert.equal(refusalOf(fine, CIRCUMSTANCES), undefined)
})
