// `kubectl plimsoll try` as a person runs it: a real service, a real learner, load by the built-in generator and by real k6.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ExperimentReport } from '../../../src/experiment-client/index.ts'
import { helmObstacle } from '../../chart/helm.ts'
import { makePerson } from '../approval/people.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { addressOf, loadService, serviceManifests, servicePods } from '../slo/service.ts'
import { IMAGE_VALUES, loadPlimsoll } from '../support/image.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Program, startProgram } from '../support/program.ts'
import { RATE } from './application.ts'
import { installExperiments, NAMESPACE } from './installed.ts'
import { authored, k6Script } from './trying.ts'
import { CPU_SHARES, IMAGE, loadK6 } from './world.ts'

const PLIMSOLL = join(import.meta.dirname, '..', '..', '..', 'bin', 'plimsoll')
const CHECKOUT = { namespace: NAMESPACE, kind: 'Deployment', name: 'checkout' }
const PATIENTLY = { timeoutMilliseconds: 300_000, everyMilliseconds: 500 }

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

describe('kubectl plimsoll try', { skip: clusterObstacle('k6', 'service') ?? helmObstacle() ?? false }, () => {
  let cluster: Cluster
  let learner: Program
  let url: string
  let original: string

  before(async () => {
    cluster = await startCluster({ cpuShares: CPU_SHARES })
    await Promise.all([loadService(cluster), loadPlimsoll(cluster), loadK6(cluster)])
    const account = await installExperiments(cluster, [NAMESPACE], IMAGE_VALUES)
    const settings = { experiments: { image: IMAGE } }
    const args = ['--host=127.0.0.1', '--ops-port=0']
    learner = startProgram({ ...cluster, kubeconfig: account }, 'learner', args, settings)
    await learner.logged('leading')
    const resources = { requests: { cpu: '1', memory: '128Mi' }, limits: { cpu: '1', memory: '128Mi' } }
    await cluster.apply(...serviceManifests({ workload: CHECKOUT, cpuMilliseconds: 3, resources }))
    await servicePods(cluster, CHECKOUT)
    url = await addressOf(cluster, CHECKOUT)
    original = await specNow()
  })
  after(async () => {
    await learner?.kill()
    await cluster?.stop()
  })

  const specNow = async () => JSON.stringify(await authored(cluster, 'checkout'))
  const left = async (path: string) => (await cluster.read<{ items: unknown[] }>(path))!.items.length

  function start(
    args: readonly string[],
    kubeconfig = cluster.kubeconfig,
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended>; progress(): string } {
    const env = { KUBECONFIG: kubeconfig, PATH: '/usr/bin:/bin' }
    const child = spawn(process.execPath, [PLIMSOLL, 'try', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text
      })
    const ended = new Promise<Ended>((resolve) => child.once('close', (status) => resolve({ status, ...said })))
    return { child, ended, progress: () => said.stdout + said.stderr }
  }
  const SHORT = ['-n', NAMESPACE, '--yes', '--p95', '100ms', '--duration', '10s', '--warm-up', '3s']

  test('says before it asks that the namespace is not for experiments', async () => {
    await makeNamespace(cluster, 'elsewhere')
    const { ended } = start(['deployment/checkout', '-n', 'elsewhere', '--load', `${url}@1/s`, '--yes'])
    const { status, stderr } = await ended
    assert.equal(status, 1)
    assert.match(stderr, /kubectl label namespace elsewhere plimsoll\.dev\/experiments=allowed/)
    assert.equal(await left('/apis/plimsoll.dev/v1alpha1/namespaces/elsewhere/experiments'), 0)
  })

  test('is for those who may change the workloads and run Jobs: an Experiment gives nobody more rights', async () => {
    const rules = [{ apiGroups: ['plimsoll.dev'], resources: ['experiments'], verbs: ['list', 'create'] }]
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'only-experiments' },
      rules,
    }
    await cluster.apply(role)
    const bob = await makePerson(cluster, NAMESPACE, 'bob', ['only-experiments', 'view'])
    const asked = ['deployment/checkout', ...SHORT, '--load', `${url}@1/s`]
    const { status, stderr } = await start(asked, bob.kubeconfig).ended
    assert.equal(status, 1)
    assert.match(stderr, /bob may not create Jobs in namespace staging/)
    // Nobody can be asked without a terminal: the plan is shown, and nothing is created.
    const alice = await makePerson(cluster, NAMESPACE, 'alice', ['edit'])
    const unasked = asked.filter((argument) => argument !== '--yes')
    const allowed = await until('the role edit to have Experiments', async () => {
      const ended = await start(unasked, alice.kubeconfig).ended
      return /Nobody can answer here/.test(ended.stderr) && ended
    })
    assert.match(allowed.stdout, /checkout\/checkout cpu\s+1\s+125m\s+2/)
  })

  test('says before it asks that the workload does not exist', async () => {
    const { status, stdout, stderr } = await start(['deployment/cart', ...SHORT, '--load', `${url}@1/s`]).ended
    assert.equal(status, 1)
    // No plan of what will not run.
    assert.equal(stdout, '')
    assert.match(stderr, /it would be refused: Deployment cart does not exist/)
    assert.equal(await left(`/apis/plimsoll.dev/v1alpha1/namespaces/${NAMESPACE}/experiments`), 0)
  })

  test('with a URL: runs trials, reports them, and restores the workload', async () => {
    const args = ['deployment/checkout', ...SHORT, '--load', `${url}@${RATE}/s`, '--trials', '5', '-o', 'json']
    const { status, stdout, stderr } = await start(args).ended
    say(stderr)
    assert.equal(status, 0, stderr)
    const report = JSON.parse(stdout) as ExperimentReport
    say(JSON.stringify({ says: report.says, points: report.points }, undefined, 1))
    const completed = report.trials.filter(({ latencyMilliseconds }) => latencyMilliseconds !== undefined)
    assert.ok(completed.length >= 3, stderr)
    assert.equal(report.phase, 'Completed')
    assert.ok(report.front.length > 0)
    assert.match(stderr, /At most 5 trials/)
    assert.match(stderr, /checkout\/checkout cpu\s+1\s+125m\s+2/)
    assert.equal(await specNow(), original)
    assert.equal(await left(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs`), 0)
  })

  test('shows an experiment that has ended, as text and as a page', async () => {
    const text = await start(['--status', 'checkout-1', '-n', NAMESPACE]).ended
    assert.equal(text.status, 0, text.stderr)
    assert.match(text.stdout, /1 {2}baseline.*checkout 1 128Mi/)
    assert.match(text.stdout, /The workload is restored/)
    const page = await start(['--status', 'checkout-1', '-n', NAMESPACE, '-o', 'html']).ended
    assert.match(page.stdout, /<h1>What deployment\/checkout needs<\/h1>/)
  })

  test('with a k6 script: runs it as it is', async () => {
    const file = k6Script(cluster, url, 10)
    const args = ['deployment/checkout', ...SHORT, '--load', `peak=${file}`, '--trials', '4']
    const { status, stdout, stderr } = await start(args).ended
    say(stdout)
    assert.equal(status, 0, stdout + stderr)
    assert.match(stdout, /peak\s+\(k6\)/)
    assert.match(stdout, /baseline .*checkout 1 128Mi: meets the limits/)
    assert.equal(await specNow(), original)
  })

  test('on Ctrl-C: ends the load, restores the workload, and leaves nothing', async () => {
    const running = start(['deployment/checkout', ...SHORT, '--load', `${url}@${RATE}/s`, '--name', 'stopped'])
    const changed = async () => (await specNow()) !== original || undefined
    const jobs = async () => (await left(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs`)) > 0 || undefined
    await until(
      'a trial that changes the workload, or a load',
      async () => (await changed()) ?? (await jobs()),
      PATIENTLY,
    )
    running.child.kill('SIGINT')
    const { status, stdout } = await running.ended
    assert.equal(status, 130, stdout)
    assert.match(stdout, /It was stopped, and the workload is restored/)
    assert.equal(await specNow(), original)
    await until(
      'the Jobs to be gone',
      async () => (await left(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs`)) === 0,
      PATIENTLY,
    )
    const names = await cluster.kubectl(['get', 'experiments', '-n', NAMESPACE, '-o', 'name'])
    assert.doesNotMatch(names, /stopped/)
  })
})
