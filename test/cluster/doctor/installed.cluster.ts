// Plimsoll as real Pods from the chart: the doctor finds nothing, a learner that is killed is back at once, and lost certificates are issued again.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CHART } from '../../../scripts/chart/files.ts'
import { CHECKS } from '../../../src/doctor/finding.ts'
import type { Finding } from '../../../src/doctor/index.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { IMAGE_VALUES, loadPlimsoll } from '../support/image.ts'
import { makeNamespace } from '../support/namespace.ts'

const PLIMSOLL = join(import.meta.dirname, '../../../bin/plimsoll')
const NAMESPACE = 'plimsoll'
const SHOP = 'shop'
const SLOWLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 3_000 }

interface ApiPod {
  readonly metadata: { readonly name: string }
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[]
  }
}

describe('an installation from the chart', { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster

  before(async () => {
    cluster = await startCluster()
    await loadPlimsoll(cluster)
    await makeNamespace(cluster, NAMESPACE)
    const values = JSON.stringify({ ...IMAGE_VALUES, settings: { learner: { sampleEverySeconds: 5 } } })
    const args = ['install', 'plimsoll', CHART, `--namespace=${NAMESPACE}`, '--values=-']
    await cluster.helm(args, { input: values })
    await until('all Pods to be ready', async () => (await readyPods()).length === 4, SLOWLY)
    // One call that fails open is told of until the API server is restarted.
    const get = ['get', 'service', 'plimsoll', `--namespace=${NAMESPACE}`, '--output=jsonpath={.spec.clusterIP}']
    const address = await cluster.kubectl(get)
    await until('the Service to lead to them', () => connects(address))
    await makeNamespace(cluster, SHOP, 'auto')
  })
  after(() => cluster?.stop())

  test('is found to be well, certificates, rights, calls, history and all', async (t) => {
    const findings = await until(
      'nothing to be found',
      async () => {
        const { code, findings } = await diagnose()
        const found = findings.filter(({ status }) => status !== 'ok')
        if (found.length > 0) throw new Error(JSON.stringify(found))
        assert.equal(code, 0)
        return findings
      },
      SLOWLY,
    )
    assert.equal(findings.length, CHECKS.length)
    t.diagnostic(findings.map(({ check, says }) => `${check}: ${says}`).join('\n'))
  })

  test('a learner that is killed again and again leaves its Pod ready, and its container is never restarted', async (t) => {
    const before = await readyPods()
    const learners = before.filter(({ metadata }) => metadata.name.startsWith('plimsoll-learner-'))
    assert.equal(learners.length, 2)
    let kills = 0
    const end = performance.now() + 20_000
    while (performance.now() < end) {
      for (const { metadata } of learners) kills += await killWorker(metadata.name)
      assert.equal((await readyPods()).length, 4, 'all Pods are ready all the time')
    }
    t.diagnostic(`${kills} workers were killed`)
    assert.ok(kills >= 2)
    await until(
      'a learner to lead again',
      async () => {
        const { findings } = await diagnose()
        return findings.find(({ check }) => check === 'leader')?.status === 'ok'
      },
      SLOWLY,
    )
    const restarts = (await readyPods()).flatMap(({ status }) =>
      status.containerStatuses!.map(({ restartCount }) => restartCount),
    )
    assert.deepEqual(restarts, [0, 0, 0, 0])
    assert.deepEqual(
      (await readyPods()).map(({ metadata }) => metadata.name).sort(),
      before.map(({ metadata }) => metadata.name).sort(),
    )
  })

  test('with its certificates deleted, everything is reissued and served, without a restart', async () => {
    await cluster.kubectl(['delete', 'secret', 'plimsoll-tls', 'plimsoll-ca', '-n', NAMESPACE])
    await until(
      'nothing to be found again',
      async () => (await diagnose()).findings.filter(({ status }) => status === 'fail').length === 0,
      { timeoutMilliseconds: 180_000, everyMilliseconds: 5_000 },
    )
    const restarts = (await readyPods()).flatMap(({ status }) =>
      status.containerStatuses!.map(({ restartCount }) => restartCount),
    )
    assert.deepEqual(restarts, [0, 0, 0, 0])
  })

  /** Kills what process 1 of the learner's container has started, if anything runs just now; returns how many. */
  async function killWorker(pod: string): Promise<number> {
    const script = `const { readFileSync } = require('node:fs')
      const workers = readFileSync('/proc/1/task/1/children', 'utf8').trim().split(' ').filter(Boolean)
      const kill = (pid) => { try { return process.kill(pid, 'SIGKILL') } catch { return false } }
      console.log(workers.filter(kill).length)`
    const args = ['exec', pod, '-n', NAMESPACE, '-c', 'learner', '--', '/nodejs/bin/node', '-e', script]
    return Number(await cluster.kubectl(args))
  }

  async function readyPods(): Promise<ApiPod[]> {
    const { items } = JSON.parse(
      await cluster.kubectl(['get', 'pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/instance=plimsoll', '-o=json']),
    ) as { items: ApiPod[] }
    return items.filter(({ status }) =>
      status.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True'),
    )
  }

  function diagnose(): Promise<{ code: number; findings: readonly Finding[] }> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, KUBECONFIG: cluster.kubeconfig }
      const child = execFile(
        process.execPath,
        [PLIMSOLL, 'doctor', '--output=json'],
        { env, timeout: 180_000 },
        (_error, stdout, stderr) => {
          try {
            resolve({ code: child.exitCode ?? -1, findings: JSON.parse(stdout).findings })
          } catch {
            reject(new Error(stderr || stdout))
          }
        },
      )
    })
  }
})

async function connects(host: string): Promise<true> {
  const socket = connect({ host, port: 443 })
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}
