import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Load, LoadError, loadManifests, loadSource, readGeneratorSpec } from '../../src/load/index.ts'
import { CONTEXT, type JobParts } from './context.ts'

const LOADS: readonly Load[] = [
  { name: 'http', http: { url: 'http://checkout/', rate: 100 } },
  { name: 'script', k6: { configMap: { name: 'scripts', key: 'load.js' } } },
  { name: 'inline', k6: { script: 'export default function () {}', vus: 5 } },
  {
    name: 'locust',
    locust: { configMap: { name: 'scripts', key: 'locustfile.py' }, users: 20, host: 'http://checkout' },
  },
  {
    name: 'job',
    job: {
      template: {
        metadata: { name: 'mine' },
        spec: {
          template: {
            metadata: { labels: { app: 'mine' } },
            spec: { containers: [{ name: 'mine', image: 'mine:1' }] },
          },
        },
      },
    },
  },
]

function job(load: Load, changes = {}): JobParts {
  return loadManifests(load, { ...CONTEXT, ...changes }).objects.at(-1) as unknown as JobParts
}

describe('the Job of a load', () => {
  for (const load of LOADS) {
    it(`of ${load.name} runs once, ends at its deadline, and is deleted with its Experiment`, () => {
      const { objects, podSelector } = loadManifests(load, CONTEXT)
      for (const { metadata } of objects) {
        assert.deepEqual(metadata.ownerReferences, [CONTEXT.ownerReference])
        assert.equal(metadata.namespace, 'staging')
        assert.deepEqual(metadata.labels, CONTEXT.labels)
      }
      const { metadata, spec } = job(load)
      assert.equal(metadata.name, `checkout-3-${load.name}`)
      assert.equal(podSelector, `batch.kubernetes.io/job-name=${metadata.name}`)
      assert.equal(spec.backoffLimit, 0)
      assert.equal(spec.activeDeadlineSeconds, 300)
      assert.equal(spec.template.spec.restartPolicy, 'Never')
    })

    it(`of ${load.name} has no rights in the cluster, and its Pods are not sized`, () => {
      const { spec, metadata } = job(load).spec.template
      assert.equal(spec.automountServiceAccountToken, false)
      assert.equal(metadata.labels['plimsoll.dev/inject'], 'false')
      assert.equal(metadata.labels['plimsoll.dev/experiment'], 'checkout')
    })
  }

  it('passes a Pod Security level of restricted, for loads that Plimsoll runs', () => {
    for (const load of LOADS.slice(0, 4)) {
      const { securityContext, containers } = job(load).spec.template.spec
      assert.partialDeepStrictEqual(securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
      assert.deepEqual(containers[0]!.securityContext, restricted)
    }
  })

  it('tells the built-in generator what to send, also where it looks like a variable', () => {
    const http = { url: 'http://checkout/?a=$(HOME)', rate: 50, body: '$$(x) $y', headers: { a: '$(B)' } }
    const [, text] = job({ name: 'http', http, duration: '30s', warmUp: '5s' }).spec.template.spec.containers[0]!.args!
    assert.deepEqual(readGeneratorSpec(expanded(text!)), {
      ...{ url: http.url, requestsPerSecond: 50, arrivals: 'constant', method: 'GET', headers: http.headers },
      ...{ body: http.body, durationSeconds: 30, warmUpSeconds: 5, timeoutSeconds: 10, connections: 500 },
      insecureSkipTlsVerify: false,
    })
  })

  it('has a name that a label takes, and another for each Experiment, trial and load', () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(100)}`
    const names = [long, `${long}b`, 'checkout.1', 'checkout-1', 'checkout'].flatMap((experiment) =>
      [1, 11].flatMap((trial) => LOADS.map((load) => job(load, { experiment, trial }).metadata.name)),
    )
    assert.equal(new Set(names).size, names.length)
    for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
  })

  it('of a template without containers is refused', () => {
    const load = { name: 'job', job: { template: { spec: { template: { spec: { containers: [] } } } } } }
    assert.throws(
      () => loadManifests(load, CONTEXT),
      new LoadError('load job: job.template must be a Job: spec.template.spec.containers has no container'),
    )
  })

  it('of a template with rights is refused', () => {
    const spec = { containers: [{ name: 'a', image: 'a' }], serviceAccountName: 'admin' }
    const load = { name: 'job', job: { template: { spec: { template: { spec } } } } }
    assert.throws(() => loadManifests(load, CONTEXT), /load job: remove serviceAccountName from the Job/)
  })
})

/** As a kubelet expands arguments (third_party/forked/golang/expansion of Kubernetes). */
function expanded(argument: string): string {
  return argument.replaceAll(/\$\$|\$\(\w+\)/g, (found) => (found === '$$' ? '$' : 'REPLACED'))
}

describe('the copy of a TestRun', () => {
  const load: Load = { name: 'peak', testRun: { name: 'peak' } }
  const testRun = (spec: object) => ({
    ...{ apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', metadata: { name: 'peak', namespace: 'staging' } },
    spec: { parallelism: 2, cleanup: 'post', arguments: '--tag a=b', ...spec },
  })
  const script = { configMap: { name: 'scripts', file: 'peak.js' } }

  it('needs the TestRun', () => {
    assert.deepEqual(loadSource(load), { apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', name: 'peak' })
    assert.equal(loadSource(LOADS[0]!), undefined)
    assert.throws(() => loadManifests(load, CONTEXT), /TestRun staging\/peak was not found/)
  })

  it('runs its script in the wrapper, as often side by side, and stays for its result to be read', () => {
    const source = testRun({ script, runner: { image: 'my/k6', volumes: [{ name: 'data', emptyDir: {} }] } })
    const { objects, podSelector } = loadManifests(load, { ...CONTEXT, source })
    const [configMap, copy] = objects as unknown as [
      { data: Record<string, string> },
      { metadata: { name: string }; spec: Record<string, never> },
    ]
    assert.match(configMap.data['plimsoll-wrapper.js']!, /from "\.\/peak\.js"/)
    assert.equal(podSelector, 'k6_cr=checkout-3-peak,runner=true')
    const volumes = [
      { name: 'data', emptyDir: {} },
      {
        name: 'scripts',
        projected: { sources: [{ configMap: { name: 'scripts' } }, { configMap: { name: 'checkout-3-peak' } }] },
      },
    ]
    assert.equal(copy.metadata.name, 'checkout-3-peak')
    assert.partialDeepStrictEqual(copy.spec, {
      parallelism: 2,
      script: { localFile: '/load/plimsoll-wrapper.js' },
      runner: { image: 'my/k6', volumes, metadata: { labels: CONTEXT.labels } },
      initializer: { volumes },
    })
    assert.ok(!('cleanup' in copy.spec))
  })

  it('is refused where the script is not in a ConfigMap', () => {
    const source = testRun({ script: { localFile: '/test/peak.js' } })
    assert.throws(
      () => loadManifests(load, { ...CONTEXT, source }),
      /is not in a ConfigMap \(spec\.script\.configMap\)/,
    )
  })
})
