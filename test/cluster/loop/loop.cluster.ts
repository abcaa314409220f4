import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ContainerRecommendation } from '../../../src/api/index.ts'
import { type Cluster, clusterObstacle, type Prometheus, startCluster, until } from '../harness/index.ts'
import { makeNamespace } from '../support/namespace.ts'
import { recordOn } from '../support/planting.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import type { Program } from '../support/program.ts'
import { createBystanders, recommendForBystanders } from './bystanders.ts'
import { learnInPlace } from './learn-in-place.ts'
import { say, spell } from './report.ts'
import { checkpointOf, containersOf, podsOf, recommendationOf, restart, restartUntil, type SeenPod } from './sight.ts'
import { decisionOn } from './sized.ts'
import { UsageWatch } from './usage-watch.ts'
import { type LoopWorkload, loadImage, manifest, RUN_SECONDS, WORKLOADS, workloadIn } from './workloads.ts'

/** Minutes instead of a day, and no limit on steps, which would take days. Everything else has its default. */
const SETTINGS = {
  learner: {
    minimumHistory: { seconds: 75, samples: 5 },
    sampleEverySeconds: 5,
    publishEverySeconds: 5,
    checkpointEverySeconds: 10,
  },
  step: { maxIncrease: 100, maxDecrease: 0.99 },
  // After minutes, confidence is low.
  approval: { confidence: { low: 0, medium: 0, high: 0 }, minimumDays: 0 },
  // By default, raises may add a tenth of the capacity. On one node of two cores, that is less than one container may need.
  apply: { betweenBatches: '1s', raiseShare: 1 },
}
/** Least CPU request as a share of the median usage: the machine is shared, and usage rises when other processes are idle. */
const STEADY_SHARE = 0.6
/** Window of a rate of CPU. */
const PROMETHEUS_RATE_SECONDS = 300
/** The newest minute is left to scrapes that arrive late. */
const PROMETHEUS_HISTORY_SECONDS = PROMETHEUS_RATE_SECONDS + 60

const AUTO = 'shop'
const OBSERVED = 'staging'
const MISTYPED = 'mistyped'
const LATER = 'harbour'
const UNLABELLED = 'elsewhere'
const SINGLE = { ...WORKLOADS.storefront, replicas: 1 }
const IN_HARBOUR = [SINGLE, WORKLOADS.checkout, WORKLOADS.nightlyReport]
const SLOWLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 1000 }

describe('the loop in a real cluster', { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  let prometheus: Prometheus
  let plimsoll: Plimsoll
  let standby: Program
  let usage: UsageWatch
  let untouched: string[]
  let workloadsStartedAt: number

  before(async () => {
    cluster = await startCluster()
    await loadImage(cluster)
    prometheus = await cluster.prometheus()
    await makeNamespace(cluster, UNLABELLED)
    untouched = await createBystanders(cluster, UNLABELLED)
    plimsoll = await startPlimsoll(cluster, { settings: SETTINGS, learner: true })
    await plimsoll.learner!.logged('leading')
    standby = await plimsoll.startLearner()
    await makeNamespace(cluster, AUTO, 'auto')
    await makeNamespace(cluster, OBSERVED, 'observe')
    await makeNamespace(cluster, MISTYPED, 'automatic')
    await makeNamespace(cluster, LATER)
    await cluster.apply(
      ...Object.values(WORKLOADS).map((workload) => manifest(AUTO, workload)),
      ...IN_HARBOUR.map((workload) => manifest(LATER, workload)),
      manifest(OBSERVED, SINGLE),
      manifest(MISTYPED, SINGLE),
    )
    workloadsStartedAt = performance.now()
    usage = new UsageWatch(cluster, [AUTO, LATER])
    say('Plimsoll and the workloads run')
  })
  after(async () => {
    usage?.stop()
    await plimsoll?.stop()
    await cluster?.stop()
  })

  it('reports a namespace label with an invalid mode in an Event on the namespace', async () => {
    const get = ['get', 'events', '--all-namespaces', '--field-selector=reason=InvalidMode', '--output=json']
    const [event] = await until('the Event', async () => {
      const { items } = JSON.parse(await cluster.kubectl(get)) as { items: SeenEvent[] }
      return items.length > 0 && items
    })
    assert.equal(event?.type, 'Warning')
    assert.equal(event.involvedObject.kind, 'Namespace')
    assert.equal(event.involvedObject.name, MISTYPED)
    assert.match(event.message, /plimsoll\.dev\/mode=automatic is not a mode; expected observe, approve or auto/)
  })

  it('raises the memory of an OOM-killed container in the same Pod until the kills end', async () => {
    const workload = workloadIn(AUTO, WORKLOADS.postgres)
    const killed = await until(
      'an OOM kill',
      async () => {
        const [pod] = await podsOf(cluster, workload)
        return pod?.status.containerStatuses?.[0]?.lastState.terminated?.reason === 'OOMKilled' && pod
      },
      SLOWLY,
    )
    // A raise of memory is complete when the container has run with it for a while.
    const recovered = await until(
      'the Pod to have more memory',
      async () => {
        const [pod] = await podsOf(cluster, workload)
        const record = pod && recordOn(pod)
        return record !== undefined && record.intended === undefined && pod!
      },
      SLOWLY,
    )
    const restarts = (pod: SeenPod) => pod.status.containerStatuses![0]!.restartCount
    say(`postgres was OOM-killed ${restarts(recovered)} times with a limit of 64Mi; now ${resourcesOf(recovered)}`)
    const isAlive = () => usage.of(AUTO, 'postgres', 'postgres').peakBytes > 64 * 2 ** 20
    await until('more memory in use than the old limit', isAlive, SLOWLY)
    const [later] = await podsOf(cluster, workload)
    assert.deepEqual([later!.metadata.uid, restarts(later!)], [killed.metadata.uid, restarts(recovered)])
  })

  it('learns from the metrics API, and gives running Pods the learned values without a restart', async () => {
    await learnInPlace(cluster, AUTO, Object.values(WORKLOADS), usage, steadyShare)
  })

  it('shows Recommendations in kubectl like a report, with what was applied', async () => {
    const report = await cluster.kubectl(['get', 'rec', `--namespace=${AUTO}`])
    say(`kubectl get rec -n ${AUTO}\n${report}`)
    assert.match(report, /^NAME +MODE +CPU +MEMORY +CONFIDENCE +STATE +AGE$/m)
    assert.match(report, /^deployment-storefront +auto +\d+m.* +\d+Mi.* +Applied +\S+$/m)
    const described = await cluster.kubectl(['describe', 'deployment', 'storefront', `--namespace=${AUTO}`])
    assert.match(described, /Normal +Applied +\S+ +plimsoll\.dev\/learner.* Revision \d+ is injected into new Pods/)
  })

  it('keeps one history for a workload across ReplicaSets and Jobs', async () => {
    const names = (await cluster.kubectl(['get', 'rec', `--namespace=${AUTO}`, '--output=name'])).trim().split('\n')
    assert.equal(names.length, Object.keys(WORKLOADS).length, names.join())
    // New Pods come up with what the running ones had.
    const isSized = (pod: SeenPod) => decisionOn(pod) !== undefined
    await restartUntil(cluster, workloadIn(AUTO, WORKLOADS.storefront), 'Pods with learned values', isSized)
    for (const { kind, name } of [WORKLOADS.storefront, WORKLOADS.nightlyReport]) {
      const workload = { namespace: AUTO, kind, name }
      const started = (await podsOf(cluster, workload)).map(({ metadata }) => Date.parse(metadata.creationTimestamp))
      const newest = Math.max(...started)
      const old = (await recommendationOf(cluster, workload))!.learned!.containers[0]!.evidence!
      const { containers } = await until(
        `a later checkpoint of ${name}`,
        async () => {
          const checkpoint = await checkpointOf(cluster, workload)
          const evidence = checkpoint?.containers[0]?.evidence
          return evidence && Date.parse(evidence.to) > Math.max(newest, Date.parse(old.to)) && checkpoint
        },
        SLOWLY,
      )
      const { from, samples } = containers[0]!.evidence!
      assert.ok(Date.parse(from) < newest, `${name} has no history from before its new Pods`)
      assert.equal(from, old.from)
      assert.ok(samples > old.samples, `${samples} samples of ${name} after ${old.samples}`)
    }
  })

  it('records what it would change in mode observe, and leaves the Pods alone', async () => {
    for (const namespace of [OBSERVED, MISTYPED]) {
      const workload = workloadIn(namespace, SINGLE)
      const status = await until(
        `what would be applied in ${namespace}`,
        async () => {
          const status = await recommendationOf(cluster, workload)
          return status?.wouldApply && status
        },
        SLOWLY,
      )
      assert.equal(status.mode, 'observe')
      assert.equal(status.state, 'Observing')
      assert.equal(status.applied, undefined)
      const [before] = await podsOf(cluster, workload)
      assert.deepEqual(before!.spec.containers[0]!.resources.requests, SINGLE.containers.storefront!.requests)
      const [pod] = await restart(cluster, workload)
      assert.equal(decisionOn(pod!), undefined)
      assert.deepEqual(pod!.spec.containers[0]!.resources, before!.spec.containers[0]!.resources)
      say(
        `${namespace}: ${valuesOf(status.wouldApply!.containers[0]!)} would be applied; the Pod has ${resourcesOf(pod!)}`,
      )
    }
  })

  it('does not change a byte of the Pods of an unlabelled namespace', async () => {
    await recommendForBystanders(cluster, UNLABELLED)
    // Those of other namespaces are reviewed meanwhile, now and then.
    await until('a moment in which nothing is reviewed', async () => {
      const reviewed = await plimsoll.webhook.requests()
      assert.deepEqual(await createBystanders(cluster, UNLABELLED), untouched)
      return (await plimsoll.webhook.requests()) === reviewed
    })

    // The same Pods, the same Recommendations, and the label: the comparison can tell the difference.
    await cluster.kubectl(['label', 'namespace', UNLABELLED, 'plimsoll.dev/mode=auto'])
    await until('the label to take effect', async () => {
      const labelled = await createBystanders(cluster, UNLABELLED)
      return labelled.every((answer, i) => answer !== untouched[i] && answer.includes('plimsoll.dev/decision'))
    })
    await cluster.kubectl(['label', 'namespace', UNLABELLED, 'plimsoll.dev/mode-'])
    await until('the namespace to be left alone again', async () => {
      const unlabelled = await createBystanders(cluster, UNLABELLED)
      return unlabelled.every((answer, i) => answer === untouched[i])
    })
  })

  it('continues from checkpoints after the leading learner is killed', async () => {
    const workload = workloadIn(AUTO, WORKLOADS.payments)
    const known = await checkpointOf(cluster, workload)
    const killedAt = Date.now()
    await plimsoll.learner!.kill()
    await standby.logged('leading')
    const { restored } = await standby.logged('checkpoints restored; usage since each was written is lost')
    say(`the second learner leads ${((Date.now() - killedAt) / 1000).toFixed(0)} s after the first was killed`)
    assert.ok(Number(restored) >= Object.keys(WORKLOADS).length, `${restored} checkpoints were restored`)
    const before = known!.containers[0]!.evidence!
    const { containers } = await until(
      'a checkpoint of the second learner with new usage',
      async () => {
        const checkpoint = await checkpointOf(cluster, workload)
        const evidence = checkpoint?.containers[0]?.evidence
        return evidence && Date.parse(evidence.to) > killedAt && checkpoint
      },
      SLOWLY,
    )
    const { from, samples } = containers[0]!.evidence!
    assert.equal(from, before.from)
    assert.ok(samples > before.samples, `${samples} samples after ${before.samples}`)
  })

  it('learns the usage before the namespace was labelled from Prometheus', async () => {
    await standby.end()
    const enough = () => performance.now() - workloadsStartedAt > PROMETHEUS_HISTORY_SECONDS * 1000
    if (!enough()) say('waiting for Prometheus to have seen enough')
    await until('enough history in Prometheus', enough, {
      ...SLOWLY,
      timeoutMilliseconds: PROMETHEUS_HISTORY_SECONDS * 1000,
    })
    await cluster.kubectl(['label', 'namespace', LATER, 'plimsoll.dev/mode=auto'])
    const labelledAt = Date.now()
    const learner = await plimsoll.startLearner({
      ...SETTINGS,
      prometheus: { url: prometheus.url, stepSeconds: 10, backfillDays: 0.05 },
    })
    try {
      // The rate of a container that ran for less than the window is too low.
      const leastShare = ({ kind }: LoopWorkload) =>
        STEADY_SHARE * (kind === 'CronJob' ? RUN_SECONDS / PROMETHEUS_RATE_SECONDS : 1)
      await learnInPlace(cluster, LATER, IN_HARBOUR, usage, leastShare)
      for (const workload of IN_HARBOUR) {
        const { learned } = (await recommendationOf(cluster, workloadIn(LATER, workload)))!
        assert.ok(Date.parse(learned!.containers[0]!.evidence!.from) < labelledAt)
      }
      const checkpoints = ['get', 'recommendationcheckpoints', `--namespace=${LATER}`, '--output=name']
      assert.equal(await cluster.kubectl(checkpoints), '', 'Prometheus keeps the history: nothing else should')
    } finally {
      await learner.end()
    }
  })

  it('forgets a workload whose last Pod ended long enough ago, and no other', async () => {
    await plimsoll.startLearner({ ...SETTINGS, learner: { ...SETTINGS.learner, forgetAfterDays: 0.0001 } })
    const list = async () =>
      (
        await cluster.kubectl([
          'get',
          'recommendations,recommendationcheckpoints',
          `--namespace=${AUTO}`,
          '--output=name',
        ])
      )
        .trim()
        .split('\n')
    const before = await list()
    const mine = before.filter((name) => name.endsWith('/deployment-cart'))
    assert.equal(mine.length, 2, before.join())
    await cluster.kubectl(['delete', 'deployment', 'cart', `--namespace=${AUTO}`])
    await until('both objects of cart to go', async () => (await list()).length === before.length - 2, SLOWLY)
    assert.deepEqual(
      await list(),
      before.filter((name) => !mine.includes(name)),
    )
  })
})

/** While the whole cluster starts, the usage of a container at its CPU limit says little about its demand. */
function steadyShare(loop: LoopWorkload): number {
  return loop === WORKLOADS.payments ? STEADY_SHARE / 2 : STEADY_SHARE
}

interface SeenEvent {
  readonly type: string
  readonly message: string
  readonly involvedObject: { readonly kind: string; readonly name: string }
}

function resourcesOf(pod: SeenPod): string {
  return containersOf(pod)
    .map(({ resources }) => spell(resources))
    .join('; ')
}

function valuesOf({ cpu, memory }: ContainerRecommendation): string {
  return `${cpu?.request} ${memory?.request}`
}
