// `helm upgrade` from the previous version with real Pods: its data is read, and the webhook is always available.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Finding } from '../../../src/doctor/index.ts'
import { webhookCounts } from '../availability/api-metrics.ts'
import { helm, NAMESPACE, podsOf, type SeenPod, settled } from '../availability/release.ts'
import { describeStream, SHOP, type Stream, streamDuring, WORKLOAD } from '../availability/stream.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { IMAGE_VALUES, loadPlimsoll } from '../support/image.ts'
import { makeNamespace } from '../support/namespace.ts'
import { recordOn } from '../support/planting.ts'
import { previousObstacle, previousVersion } from './previous.ts'

const PLIMSOLL = join(import.meta.dirname, '../../../bin/plimsoll')
const PREVIOUS_TAG = 'previous'
const SLOWLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 1_000 }
/** Seconds instead of days. An applied revision stays for a day, by default. */
/** The previous version has no minimum number of days. */
const APPROVAL = { confidence: { low: 0, medium: 0, high: 0 } }
const VALUES = {
  settings: {
    learner: {
      minimumHistory: { seconds: 20, samples: 3 },
      sampleEverySeconds: 5,
      publishEverySeconds: 5,
      checkpointEverySeconds: 5,
    },
    approval: APPROVAL,
  },
}
const UPGRADED = { ...VALUES, settings: { ...VALUES.settings, approval: { ...APPROVAL, minimumDays: 0 } } }
const DECISION = 'plimsoll.dev/decision'
/** A workload whose Pod is not replaced. */
const OLDER = 'dinghy'

interface Stored {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly creationTimestamp: string
    readonly annotations?: Readonly<Record<string, string>>
  }
}
interface StoredRecommendation extends Stored {
  readonly spec: unknown
  readonly status: {
    readonly applied: { readonly revision: number; readonly time: string; readonly containers: unknown }
  }
}
interface StoredPod extends Stored, SeenPod {
  readonly metadata: Stored['metadata'] & SeenPod['metadata']
  readonly spec: { readonly containers: readonly { readonly resources: unknown }[] }
}

/** Objects that the previous version left, and that must be kept. */
interface Left {
  readonly recommendation: StoredRecommendation
  readonly pod: StoredPod
  readonly certificates: readonly (Stored & { readonly data: Readonly<Record<string, string>> })[]
  readonly bundles: string
  readonly checkpoints: readonly string[]
  /** Created before anything was applied to its workload. */
  readonly older: StoredPod
}

describe('helm upgrade from the previous version', { skip: previousObstacle() ?? clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  let left: Left
  let stream: Stream
  let notes: string

  before(async () => {
    const { chart, root } = previousVersion()
    cluster = await startCluster()
    await loadPlimsoll(cluster, { root, tag: PREVIOUS_TAG })
    await loadPlimsoll(cluster)
    await makeNamespace(cluster, NAMESPACE)
    await makeNamespace(cluster, SHOP, 'auto')
    const image = { ...IMAGE_VALUES.image, tag: PREVIOUS_TAG }
    const install = ['install', 'plimsoll', chart, `--namespace=${NAMESPACE}`, '--values=-', '--wait']
    await cluster.helm(install, { input: { image, ...VALUES }, timeoutMilliseconds: 320_000 })
    await cluster.apply(deployment(WORKLOAD), deployment(OLDER))
    left = await whatIsLeft()
  })
  after(() => cluster?.stop())

  it('sizes every Pod that is created during the upgrade, and no call fails', async (context) => {
    const before = await webhookCounts(cluster)
    const old = (await podsOf(cluster)).map(({ metadata }) => metadata.name)
    stream = await streamDuring(cluster, { atLeast: 500 }, async () => {
      notes = await helm(cluster, 'upgrade', UPGRADED)
      const pods = await settled(cluster)
      assert.ok(pods.every(({ metadata }) => !old.includes(metadata.name)))
    })
    context.diagnostic(describeStream(stream))
    assert.deepEqual(stream.failed, [])
    assert.equal(stream.patched, stream.created)
    assert.equal((await webhookCounts(cluster)).failOpen, before.failOpen)
  })

  it('keeps Recommendation, Pod and certificates as the previous version wrote them', async () => {
    const { metadata, spec, status } = await recommendation()
    assert.equal(metadata.uid, left.recommendation.metadata.uid)
    assert.deepEqual(spec, left.recommendation.spec)
    assert.deepEqual(status.applied, left.recommendation.status.applied)
    const pod = await runningPod()
    assert.deepEqual(
      [pod.metadata.uid, pod.metadata.annotations?.[DECISION], pod.spec.containers[0]!.resources],
      [left.pod.metadata.uid, left.pod.metadata.annotations?.[DECISION], left.pod.spec.containers[0]!.resources],
    )
    assert.deepEqual(
      pod.status.containerStatuses?.map(({ restartCount }) => restartCount),
      [0],
    )
    assert.deepEqual(await certificates(), left.certificates)
    assert.equal(await bundles(), left.bundles)
  })

  it('continues to learn from the existing checkpoints', async () => {
    await until(
      'a new learner to have read them',
      async () => {
        const logs = ['logs', '--selector=app.kubernetes.io/component=learner', `--namespace=${NAMESPACE}`, '--tail=-1']
        const restored = (await cluster.kubectl(logs))
          .split('\n')
          .filter((line) => line.includes('checkpoints restored'))
          .map((line) => (JSON.parse(line) as { restored: number }).restored)
        return restored.some((count) => count >= left.checkpoints.length)
      },
      SLOWLY,
    )
    const sees = async () => {
      const now = await objects<Stored>('recommendationcheckpoints', SHOP)
      return left.checkpoints.every((uid) => now.some(({ metadata }) => metadata.uid === uid))
    }
    assert.ok(await sees())
  })

  it('resizes Pods in place that the previous version left unchanged, and says so', async () => {
    assert.match(notes, /NEW WITH THIS UPGRADE: Plimsoll changes running Pods/)
    const pod = await until(
      'the Pod to be resized',
      async () => {
        const found = await runningPod(OLDER)
        const record = recordOn(found)
        return record !== undefined && record.intended === undefined && found
      },
      SLOWLY,
    )
    assert.equal(pod.metadata.uid, left.older.metadata.uid)
    assert.notDeepEqual(pod.spec.containers[0]!.resources, left.older.spec.containers[0]!.resources)
    assert.deepEqual(
      pod.status.containerStatuses?.map(({ restartCount }) => restartCount),
      [0],
    )
  })

  it("gives a new Pod the same values, and records the same author's values", async () => {
    await cluster.kubectl(['delete', 'pod', left.pod.metadata.name, `--namespace=${SHOP}`])
    const pod = await until(
      'a new Pod',
      async () => {
        const found = await runningPod()
        return found.metadata.uid !== left.pod.metadata.uid && found
      },
      SLOWLY,
    )
    assert.deepEqual(pod.spec.containers[0]!.resources, left.pod.spec.containers[0]!.resources)
    assert.ok(pod.metadata.annotations?.[DECISION])
  })

  it('publishes a key in the path when every webhook accepts one, and sizes every Pod in the meantime', async (context) => {
    const before = await webhookCounts(cluster)
    const isKeyed = async () => {
      const path = '--output=jsonpath={.webhooks[*].clientConfig.service.path}'
      const paths = await cluster.kubectl(['get', 'mutatingwebhookconfiguration', 'plimsoll', path])
      const keys = await cluster.kubectl([
        ...['get', 'secret', 'plimsoll-tls', `--namespace=${NAMESPACE}`],
        '--output=go-template={{index .data "path.keys" | base64decode}}',
      ])
      return /^\/mutate\/auto\/(\w+) \/mutate\/approve\/\1$/.test(paths) && paths.endsWith(`/${keys.trim()}`)
    }
    const keyed = await streamDuring(cluster, { atLeast: 100 }, async () => {
      await until('the key, and nothing but the key', isKeyed, SLOWLY)
    })
    context.diagnostic(describeStream(keyed))
    assert.deepEqual(keyed.failed, [])
    assert.equal(keyed.patched, keyed.created)
    assert.equal((await webhookCounts(cluster)).failOpen, before.failOpen)
  })

  it('leaves no fault for the doctor to find, and no unused right', async (context) => {
    const findings = await until(
      'nothing to be found',
      async () => {
        const found = await diagnose()
        const bad = found.filter(({ status }) => status !== 'ok')
        if (bad.length > 0) throw new Error(JSON.stringify(bad))
        return found
      },
      SLOWLY,
    )
    context.diagnostic(findings.map(({ check, says }) => `${check}: ${says}`).join('\n'))
  })

  it("leaves running Pods unchanged when it is uninstalled, and new Pods have their author's values", async () => {
    const seen = async () => (await Promise.all([runningPod(), runningPod(OLDER)])).map(asItRuns)
    const before = await seen()
    await helm(cluster, 'uninstall')
    assert.deepEqual(await seen(), before)
    const old = await runningPod(OLDER)
    await cluster.kubectl(['delete', 'pod', old.metadata.name, `--namespace=${SHOP}`])
    const pod = await until(
      'a new Pod',
      async () => {
        const found = await runningPod(OLDER)
        return found.metadata.uid !== old.metadata.uid && found
      },
      SLOWLY,
    )
    assert.deepEqual(pod.spec.containers[0]!.resources, { requests: REQUESTS })
    assert.equal(pod.metadata.annotations?.[DECISION], undefined)
  })

  async function whatIsLeft(): Promise<Left> {
    const [written] = await until(
      'values to be applied by the previous version',
      async () => {
        const found = await Promise.all([recommendation(), recommendation(OLDER)]).catch(() => [])
        return found.length > 0 && found.every(({ status }) => status?.applied !== undefined) && found
      },
      SLOWLY,
    )
    await cluster.kubectl(['delete', 'pod', `--selector=app=${WORKLOAD}`, `--namespace=${SHOP}`])
    const pod = await until(
      'a Pod with these values',
      async () => {
        const found = await runningPod()
        return found.metadata.annotations?.[DECISION] !== undefined && found
      },
      SLOWLY,
    )
    const checkpoints = await until(
      'a checkpoint',
      async () => {
        const found = await objects<Stored>('recommendationcheckpoints', SHOP)
        return found.length > 0 && found.map(({ metadata }) => metadata.uid)
      },
      SLOWLY,
    )
    const older = await runningPod(OLDER)
    assert.equal(older.metadata.annotations?.[DECISION], undefined)
    const kept = { certificates: await certificates(), bundles: await bundles(), checkpoints }
    return { recommendation: written!, pod, older, ...kept }
  }

  async function objects<T>(type: string, namespace: string, ...args: string[]): Promise<T[]> {
    const text = await cluster.kubectl(['get', type, `--namespace=${namespace}`, '--output=json', ...args])
    return (JSON.parse(text) as { items: T[] }).items
  }

  async function recommendation(name = WORKLOAD): Promise<StoredRecommendation> {
    const get = ['get', 'rec', `deployment-${name}`, `--namespace=${SHOP}`, '--output=json']
    return JSON.parse(await cluster.kubectl(get))
  }

  async function runningPod(name = WORKLOAD): Promise<StoredPod> {
    const pods = await objects<StoredPod>('pods', SHOP, `--selector=app=${name}`)
    const running = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    assert.equal(running.length, 1)
    return running[0]!
  }

  async function certificates() {
    const secrets = await objects<Left['certificates'][number]>('secrets', NAMESPACE)
    return secrets
      .filter(({ metadata }) => ['plimsoll-tls', 'plimsoll-ca'].includes(metadata.name))
      .map(({ metadata: { name, uid, creationTimestamp }, data }) => ({
        metadata: { name, uid, creationTimestamp },
        // The Secret also contains the key of the path.
        data: Object.fromEntries(Object.entries(data).filter(([field]) => field !== 'path.keys')),
      }))
  }

  async function bundles(): Promise<string> {
    const path = '--output=jsonpath={.webhooks[*].clientConfig.caBundle}'
    return await cluster.kubectl(['get', 'mutatingwebhookconfiguration', 'plimsoll', path])
  }

  function diagnose(): Promise<readonly Finding[]> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, KUBECONFIG: cluster.kubeconfig }
      const args = [PLIMSOLL, 'doctor', '--output=json']
      execFile(process.execPath, args, { env, timeout: 180_000 }, (_error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout).findings)
        } catch {
          reject(new Error(stderr || stdout))
        }
      })
    })
  }
})

const { repository, tag } = IMAGE_VALUES.image
/** Far more than the usage. */
const REQUESTS = { cpu: '200m', memory: '512Mi' }
const deployment = (app: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: app, namespace: SHOP },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'app',
            image: `${repository}:${tag}`,
            command: ['/nodejs/bin/node', '--eval', 'setInterval(() => {}, 1000)'],
            resources: { requests: REQUESTS },
          },
        ],
      },
    },
  },
})

/** All fields of a running Pod that Plimsoll could change. */
function asItRuns({ metadata, spec, status }: StoredPod) {
  const restarts = status.containerStatuses?.map(({ restartCount }) => restartCount)
  return [metadata.uid, metadata.annotations, spec.containers.map(({ resources }) => resources), restarts]
}
