import type { ApiObject } from '../../src/migrate/index.ts'
import { inMode, namespace, vpa, workload } from './cluster.ts'

const policies = (...containerPolicies: object[]) => ({ resourcePolicy: { containerPolicies } })

/** Namespaces, workloads and 30 VPAs that cover every kind of field, and what people get wrong. */
export function thirtyVpas(): ApiObject[] {
  const simple = ['off', 'initial', 'recreate', 'auto', 'in-place-or-recreate', 'in-place', 'default', 'replicas']
  const bounded = ['bounds', 'minimum', 'numbers', 'crossed', 'unreadable', 'requests-only', 'cpu-only', 'evicts']
  const tuned = ['recommender', 'default-recommender', 'oom', 'boost', 'boost-amount']
  const two = ['per-container', 'sidecar-off', 'sidecar-ignored', 'memory-of-one']
  return [
    namespace('shop'),
    namespace('watched', { 'plimsoll.dev/mode': 'observe', team: 'a' }),
    namespace('used', { 'plimsoll.dev/mode': 'auto' }),
    namespace('kube-system'),
    ...[...simple, ...bounded, ...tuned].map((name) => workload('Deployment', name)),
    ...two.map((name) =>
      workload('Deployment', name, {
        containers: ['app', 'proxy'],
        ...(name === 'sidecar-ignored' && { annotations: { 'plimsoll.dev/ignore-containers': 'proxy' } }),
      }),
    ),
    workload('StatefulSet', 'db'),
    workload('DaemonSet', 'agent'),
    workload('CronJob', 'nightly'),
    workload('Rollout', 'canary'),
    workload('Deployment', 'bystander'),
    workload('Deployment', 'web', { namespace: 'watched' }),
    workload('Deployment', 'web', { namespace: 'used' }),
    vpa('off', inMode('Off')),
    vpa('initial', inMode('Initial')),
    vpa('recreate', inMode('Recreate')),
    vpa('auto', inMode('Auto')),
    vpa('in-place-or-recreate', inMode('InPlaceOrRecreate')),
    vpa('in-place', inMode('InPlace')),
    vpa('default'),
    vpa('replicas', { updatePolicy: { minReplicas: 1, evictAfterOOMSeconds: 600 } }),
    vpa(
      'evicts',
      inMode('Auto', { evictionRequirements: [{ resources: ['cpu'], changeRequirement: 'TargetHigherThanRequests' }] }),
    ),
    vpa('bounds', {
      ...inMode('Auto'),
      ...policies({
        containerName: '*',
        minAllowed: { cpu: '50m', memory: '64Mi' },
        maxAllowed: { cpu: '2', memory: '4Gi' },
      }),
    }),
    vpa('minimum', policies({ containerName: 'app', minAllowed: { memory: '128Mi' } })),
    vpa('numbers', policies({ containerName: '*', maxAllowed: { cpu: 2, memory: 1e9 } })),
    vpa('crossed', policies({ containerName: '*', minAllowed: { cpu: '2' }, maxAllowed: { cpu: '1' } })),
    vpa('unreadable', policies({ containerName: '*', maxAllowed: { cpu: 'much' } })),
    vpa('requests-only', policies({ containerName: '*', controlledValues: 'RequestsOnly' })),
    vpa('cpu-only', policies({ containerName: '*', controlledResources: ['cpu'] })),
    vpa(
      'per-container',
      policies({ containerName: 'app', maxAllowed: { cpu: '4' } }, { containerName: '*', maxAllowed: { cpu: '500m' } }),
    ),
    vpa('sidecar-off', policies({ containerName: 'proxy', mode: 'Off' })),
    vpa('sidecar-ignored', policies({ containerName: 'proxy', mode: 'Off' })),
    vpa('memory-of-one', policies({ containerName: 'proxy', controlledResources: ['cpu'] })),
    vpa('recommender', { recommenders: [{ name: 'nightly' }] }),
    vpa('default-recommender', { recommenders: [{ name: 'default' }] }),
    vpa('oom', policies({ containerName: '*', oomBumpUpRatio: '1.5', memoryAggregationIntervalCount: 4 })),
    vpa('boost', { startupBoost: { cpu: { type: 'Factor', factor: 3, durationSeconds: 60 } } }),
    vpa('boost-amount', { startupBoost: { cpu: { type: 'Quantity', quantity: '2' } } }),
    vpa('db', { kind: 'StatefulSet', ...inMode('InPlaceOrRecreate') }),
    vpa('agent', { kind: 'DaemonSet' }),
    vpa('nightly', { kind: 'CronJob', ...inMode('Initial') }),
    vpa('canary', { kind: 'Rollout' }),
    vpa('gone'),
    vpa('operator', { kind: 'Kafka', target: 'broker' }),
    vpa('web', { namespace: 'watched', ...inMode('Auto') }),
    vpa('web', { namespace: 'used', ...inMode('Auto') }),
    { ...vpa('malformed'), spec: { targetRef: { kind: 'Deployment' } } },
    { ...vpa('empty'), spec: undefined },
    vpa('weekly', inMode('Weekly')),
    vpa('dns', { namespace: 'kube-system', ...inMode('Auto') }),
  ]
}
