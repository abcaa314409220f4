// Experiments on a real cluster: the learner has only the rights of its account, and every end restores what was there before.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ExperimentStatus } from '../../../src/api/index.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Program, startProgram } from '../support/program.ts'
import { EXPERIMENTS_PATH, experiment, installExperiments, NAMESPACE } from './installed.ts'

const DOOMED = 'doomed'
const PATIENTLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 500 }
const SETTINGS = {
  learner: { sampleEverySeconds: 60, publishEverySeconds: 60 },
  experiments: { image: 'unused:1' },
}

const labels = { app: 'web' }
const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels, annotations: { team: 'shop' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            ...{ name: 'app', image: 'idle:1', command: ['sleep', '86400'], env: [{ name: 'WORKERS', value: '4' }] },
            resources: { requests: { cpu: '40m', memory: '32Mi' }, limits: { memory: '64Mi' } },
          },
        ],
      },
    },
  },
}

/** A load that reports a latency, after a while. */
function load(milliseconds: number, seconds = 3, exit = 0) {
  const result = { requests: 100, sentPerSecond: 10, latencyMilliseconds: { p95: milliseconds } }
  const script = `sleep ${seconds}; echo '${JSON.stringify(result)}' > /dev/termination-log; exit ${exit}`
  const container = { name: 'load', image: 'idle:1', command: ['sh', '-c', script] }
  const template = { spec: { template: { spec: { terminationGracePeriodSeconds: 0, containers: [container] } } } }
  return { name: 'normal', job: { template }, duration: '30s', warmUp: '1s' }
}

const spec = (more: object = {}) => ({
  ...{ target: 'deployment/web', loads: [load(40)], limits: { latency: { below: '100ms' } }, maxTrials: 4 },
  vary: { memory: { fixed: true }, settings: [{ name: 'workers', env: 'WORKERS', min: 1, max: 8, step: 1 }] },
  ...more,
})

interface Stored {
  readonly metadata: { readonly uid: string; readonly labels?: object; readonly annotations?: Record<string, string> }
  readonly spec: {
    readonly replicas: number
    readonly template: { readonly spec: { readonly containers: readonly Container[] } }
  }
}
interface Container {
  readonly image: string
  readonly resources: object
}

describe('an experiment on a real cluster', { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  let learner: Program
  let account: string

  before(async () => {
    cluster = await startCluster()
    await cluster.image('idle:1', { from: 'busybox', command: ['sleep', '86400'] })
    account = await installExperiments(cluster, [NAMESPACE, DOOMED])
    await makeNamespace(cluster, 'shop', 'auto')
    for (const namespace of [NAMESPACE, DOOMED])
      await cluster.apply({ ...WEB, metadata: { ...WEB.metadata, namespace } })
    startLearner()
  })
  after(async () => {
    await learner?.kill()
    await cluster?.stop()
  })

  function startLearner() {
    const args = ['--host=127.0.0.1', '--ops-port=0']
    learner = startProgram({ ...cluster, kubeconfig: account }, 'learner', args, SETTINGS)
  }
  const create = async (name: string, of: object, namespace = NAMESPACE) =>
    await cluster.apply(experiment(name, of, namespace))
  const statusOf = async (name: string, namespace = NAMESPACE): Promise<ExperimentStatus> => {
    const path = EXPERIMENTS_PATH.replace(NAMESPACE, namespace)
    return (await cluster.read<{ status?: ExperimentStatus }>(`${path}/${name}`))?.status ?? {}
  }
  const web = async (namespace = NAMESPACE) =>
    (await cluster.read<Stored>(`/apis/apps/v1/namespaces/${namespace}/deployments/web`))!
  const trial = async (name: string, number: number, stage: string, namespace = NAMESPACE) =>
    await until(
      `trial ${number} of ${name} to be ${stage}`,
      async () => {
        const { current, phase, message } = await statusOf(name, namespace)
        if (phase === 'Refused' || phase === 'Failed') throw new Error(`${name}: ${phase}: ${message}`)
        return current?.number === number && current.stage === stage
      },
      PATIENTLY,
    )
  const ended = async (name: string) =>
    await until(
      `${name} to end`,
      async () => {
        const status = await statusOf(name)
        return status.phase === 'Completed' || status.phase === 'Failed' || status.phase === 'Refused'
          ? status
          : undefined
      },
      PATIENTLY,
    )
  /** Everything of the Deployment that neither API server nor controllers write. */
  const authored = ({ metadata, spec }: Stored) => {
    const { 'deployment.kubernetes.io/revision': _, ...annotations } = metadata.annotations ?? {}
    return { labels: metadata.labels, annotations, spec }
  }
  const leftovers = async () => {
    const kinds = 'jobs,configmaps,leases'
    const names = await cluster.kubectl(['get', kinds, `--namespace=${NAMESPACE}`, '--output=name'])
    return names.split('\n').filter((name) => name !== '' && !name.includes('kube-root-ca.crt'))
  }

  test('completes, reads like a report, and leaves the workload as it was, also when the learner is killed in between', async () => {
    const before = authored(await web())
    await create('first', spec())
    await trial('first', 2, 'loading')
    await learner.kill()
    startLearner()
    const status = await ended('first')
    assert.deepEqual([status.phase, status.reason], ['Completed', 'Done'], status.message)
    assert.deepEqual(
      status.trials?.map(({ outcome }) => outcome),
      Array(4).fill('completed'),
    )
    assert.equal(status.verdict, 'cheaper')
    assert.deepEqual(JSON.parse(status.originals![0]!.spec), before.spec)
    assert.deepEqual(authored(await web()), before)
    await until('nothing to be left', async () => (await leftovers()).length === 0, PATIENTLY)
    const table = await cluster.kubectl(['get', 'experiments', `--namespace=${NAMESPACE}`])
    assert.match(table, /first\s+deployment\/web\s+Completed\s+4\/4\s+\S+ -> \S+\s+\d+ms of 100ms\s+cheaper/)
  })

  test('ends when its load fails, with what the load said', async () => {
    const before = authored(await web())
    await create('failing', spec({ loads: [load(40, 1, 7)] }))
    const status = await ended('failing')
    assert.deepEqual([status.phase, status.reason], ['Failed', 'LoadFailed'])
    assert.match(status.message!, /container load ended with exit code 7/)
    assert.deepEqual(authored(await web()), before)
  })

  test('counts configurations that fit on no node as infeasible, and continues', async () => {
    const before = authored(await web())
    await cluster.kubectl(['set', 'resources', 'deployment/web', '--requests=cpu=100', `--namespace=${NAMESPACE}`])
    await create('full', spec({ maxTrials: 4, vary: { memory: { fixed: true }, cpu: { min: '10m', max: '50m' } } }))
    const status = await ended('full')
    const [first] = status.trials!
    assert.equal(first!.outcome, 'unschedulable')
    assert.match(first!.reason!, /Insufficient cpu/)
    await cluster.kubectl(['set', 'resources', 'deployment/web', '--requests=cpu=40m', `--namespace=${NAMESPACE}`])
    assert.deepEqual(authored(await web()), before)
  })

  test("keeps somebody's edit and names it, and restores the rest", async () => {
    const before = authored(await web())
    await create('edited', spec({ loads: [load(40, 20)] }))
    await trial('edited', 1, 'loading')
    await cluster.kubectl(['set', 'env', 'deployment/web', 'MORE=1', `--namespace=${NAMESPACE}`])
    const status = await ended('edited')
    assert.deepEqual([status.phase, status.reason], ['Failed', 'TargetEdited'])
    assert.match(status.message!, /env\[MORE\].* of Deployment web \(last written by kubectl-set/)
    await cluster.kubectl(['set', 'env', 'deployment/web', 'MORE-', `--namespace=${NAMESPACE}`])
    assert.deepEqual(authored(await web()), before)
  })

  test('restores everything when it is deleted midway; a second one waits until then', async () => {
    const before = authored(await web())
    await create('deleted', spec({ loads: [load(40, 20)] }))
    await trial('deleted', 1, 'loading')
    await create('second', spec())
    await until('the second to wait', async () => (await statusOf('second')).reason === 'Waiting', PATIENTLY)
    await cluster.kubectl(['delete', 'experiment', 'deleted', `--namespace=${NAMESPACE}`, '--timeout=120s'])
    const status = await ended('second')
    assert.equal(status.phase, 'Completed')
    assert.deepEqual(JSON.parse(status.originals![0]!.spec), before.spec)
    assert.deepEqual(authored(await web()), before)
  })

  test('does not hold a namespace that is deleted, also where the learner was away meanwhile', async () => {
    await create('doomed', spec({ loads: [load(40, 20)] }), DOOMED)
    await trial('doomed', 1, 'loading', DOOMED)
    await learner.kill()
    await cluster.kubectl(['delete', 'namespace', DOOMED, '--wait=false'])
    await until(
      'the Experiment to be the last',
      async () => {
        const conditions = await cluster.kubectl(['get', 'namespace', DOOMED, '--output=jsonpath={.status.conditions}'])
        return conditions.includes('plimsoll.dev/restore')
      },
      PATIENTLY,
    )
    startLearner()
    const { msg } = await learner.logged('leading')
    assert.equal(msg, 'leading')
    const since = performance.now()
    await until(
      'the namespace to be gone',
      async () => !(await cluster.read(`/api/v1/namespaces/${DOOMED}`)),
      PATIENTLY,
    )
    assert.ok(performance.now() - since < 60_000)
  })
})
