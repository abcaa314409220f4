import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { experimentOf, parseLoadArgument, type TryRequest } from '../../src/experiment-client/index.ts'

function request(changes: Partial<TryRequest> = {}): TryRequest {
  return {
    ...{ name: 'checkout-1', namespace: 'staging', targets: [{ kind: 'deploy', name: 'checkout' }], vary: [] },
    ...{ loads: [parseLoadArgument('http://checkout/@100/s', 0)], contents: new Map() },
    ...changes,
  }
}

describe('the Experiment that is asked for', () => {
  it('is as short as what was typed', () => {
    assert.deepEqual(experimentOf(request()), {
      ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Experiment' },
      metadata: { name: 'checkout-1', namespace: 'staging' },
      spec: {
        targets: [{ kind: 'Deployment', name: 'checkout' }],
        loads: [{ name: 'load', http: { url: 'http://checkout/', rate: 100 } }],
      },
    })
  })

  it('has all that was typed', () => {
    const { spec } = experimentOf(
      request({
        targets: [
          { kind: 'deployment', name: 'checkout' },
          { kind: 'StatefulSet', name: 'cart' },
        ],
        loads: ['normal:3=load.js', 'peak=locustfile.py', 'batch=job.yaml'].map(parseLoadArgument),
        contents: new Map<string, string | object>([
          ['load.js', 'export default () => {}'],
          ['locustfile.py', 'import locust'],
          ['job.yaml', { metadata: {}, spec: {} }],
        ]),
        ...{ latency: { percentile: 99, below: '250ms' }, errorRate: '0.5%', trials: 20, goal: 'savings' },
        ...{ duration: '1m', warmUp: '10s', vary: ['replicas=1..3'], pauseAutoscalers: true, gitOpsSuspended: true },
        applyTo: 'production/deployment/checkout',
      }),
    )
    const times = { duration: '1m', warmUp: '10s' }
    assert.deepEqual(spec, {
      targets: [
        { kind: 'Deployment', name: 'checkout' },
        { kind: 'StatefulSet', name: 'cart' },
      ],
      loads: [
        { name: 'normal', weight: 3, ...times, k6: { script: 'export default () => {}' } },
        { name: 'peak', ...times, locust: { script: 'import locust' } },
        { name: 'batch', ...times, job: { template: { metadata: {}, spec: {} } } },
      ],
      limits: { latency: { percentile: 99, below: '250ms' }, errors: { below: '0.5%' } },
      ...{ vary: { replicas: { min: 1, max: 3 } }, goal: 'savings', maxTrials: 20 },
      ...{ pauseAutoscalers: true, gitOpsSuspended: true },
      applyTo: { namespace: 'production', kind: 'Deployment', name: 'checkout' },
    })
  })

  it('takes scripts from a ConfigMap where they have files beside them', () => {
    const loads = [parseLoadArgument('tests/load.js', 0)]
    const { spec } = experimentOf(
      request({ loads, contents: new Map([['tests/load.js', 'x']]), configMap: 'checkout-1-load' }),
    )
    assert.deepEqual(spec.loads[0]!.k6, { configMap: { name: 'checkout-1-load', key: 'load.js' } })
  })

  const REFUSED: [Partial<TryRequest>, RegExp][] = [
    [{ targets: [{ kind: 'daemonset', name: 'a' }] }, /daemonset\/a: experiments change Deployments and StatefulSets/],
    [{ latency: { percentile: 95, below: '250' } }, /limits\.latency\.below: expected a time such as 250ms/],
    [{ errorRate: '1' }, /limits\.errors\.below: expected a percentage/],
    [{ applyTo: 'a/b/c/d' }, /--apply-to a\/b\/c\/d: expected production/],
    [{ loads: [{ name: 'load', kind: 'http', url: 'http://', rate: 1 }] }, /loads\.0\.http\.url: expected a URL/],
  ]
  for (const [changes, message] of REFUSED)
    it(`is refused: ${message.source}`, () => assert.throws(() => experimentOf(request(changes)), message))
})
