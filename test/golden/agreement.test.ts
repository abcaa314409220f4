// Every golden Pod through webhook, `explain` and `export`: all of them give the same answer.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { podSpecPatch } from '../../src/commands/actions/pod-spec-patch.ts'
import { parseSettings } from '../../src/config/index.ts'
import { explainPod, type Report } from '../../src/explain/explain-pod.ts'
import {
  DECISION_ANNOTATION,
  DEFAULT_POLICY,
  parseRecord,
  readContainers,
  readRuntimes,
  startupBoost,
  withoutBoost,
} from '../../src/policy/index.ts'
import { mergeLimitRules, readLimitDefaults, readLimitRange, readQuota } from '../../src/sizing/index.ts'
import { identifyWorkload } from '../../src/workloads/index.ts'
import {
  admitGolden,
  type Golden,
  type GoldenPod,
  golden,
  goldenNames,
  NAMESPACE,
  nodeClassesOf,
  UID,
} from './cases.ts'

function explained({ pod, cluster }: Golden, isCreated: boolean): Report {
  const { settings = {}, startup, runtimes, recommendation, limitRanges = [], quotas = [] } = cluster
  const { bounds, limits, sizeBestEffort, approval, apply } = parseSettings(JSON.stringify(settings), 'golden')
  const specs = limitRanges.map(({ spec }) => spec)
  return explainPod(
    {
      ...{ what: 'the Pod', namespace: NAMESPACE, pod, isCreated, isLive: false, uid: UID },
      workload: identifyWorkload({ ...pod.metadata, namespace: NAMESPACE } as never),
    },
    {
      ...{ mode: 'auto', status: recommendation, approval, autoscalers: [], notes: [], unread: [] },
      nodeClasses: nodeClassesOf({ pod, cluster }),
      effective: {
        ...{ goal: 'balanced', criticality: 'medium', running: 'never', windows: [] },
        policy: {
          ...{ ...DEFAULT_POLICY, bounds, limits, sizeBestEffort, running: apply.running },
          ...(startup && { startup: startupBoost(startup) }),
          ...(runtimes && { heaps: readRuntimes('web', runtimes) }),
        },
      },
      constraints: { limits: mergeLimitRules(specs.map(readLimitRange)), quotas: quotas.map(readQuota) },
      limitDefaults: specs.map(readLimitDefaults),
    },
  )
}

/** Requests and limits of each container, by name, as the API server has them; a boost belongs in no manifest. */
function resourcesOf(pod: GoldenPod) {
  const slots = withoutBoost(readContainers(pod), parseRecord(pod.metadata.annotations?.[DECISION_ANNOTATION]))
  return Object.fromEntries(slots.map(({ name, carried }) => [name, carried]))
}

function spelled({ requests, limits }: { requests?: unknown; limits?: unknown }) {
  return { requests: { ...(requests as object) }, limits: { ...(limits as object) } }
}

/** As `kubectl patch --type=strategic` merges containers: by name, each list of amounts field by field. */
function patched(pod: GoldenPod, { containers }: Report): GoldenPod {
  const patch = podSpecPatch({ containers })
  const merge = (list: 'containers' | 'initContainers') =>
    pod.spec?.[list]?.map((container) => {
      const own = patch?.[list]?.find(({ name }) => name === container.name)?.resources
      const [before, after] = [spelled(container.resources ?? {}), spelled(own ?? {})]
      const resources = {
        requests: { ...before.requests, ...after.requests },
        limits: { ...before.limits, ...after.limits },
      }
      return { ...container, resources }
    })
  return {
    ...pod,
    spec: { ...pod.spec, containers: merge('containers'), initContainers: merge('initContainers') },
  } as never
}

describe('webhook, explain and export agree on', () => {
  for (const one of goldenNames().map(golden)) {
    test(one.name, () => {
      const { after, outcome } = admitGolden(one)
      const report = explained(one, true)
      const codes = [
        ...report.reasons,
        ...report.containers.flatMap(({ resources }) => resources.flatMap((r) => r.reasons)),
      ]
      assert.deepEqual([...new Set(codes)], outcome.codes)
      assert.equal(report.outcome, resourcesChange(one.pod, after) ? 'patched' : 'skipped')
      if (report.outcome === 'patched')
        assert.equal(JSON.stringify(report.record), after.metadata.annotations?.[DECISION_ANNOTATION])
      // A Pod that carries a decision already is no manifest of an author.
      if (one.pod.metadata.annotations?.[DECISION_ANNOTATION] === undefined)
        assert.deepEqual(resourcesOf(patched(one.pod, report)), resourcesOf(after))
    })
  }
})

function resourcesChange(before: GoldenPod, after: GoldenPod): boolean {
  return JSON.stringify(before) !== JSON.stringify(after)
}

test('a Pod that is not created yet gets the defaults of LimitRanges first, as the real one does', () => {
  const one = golden('limit-range-conflict')
  const spec = {
    limits: [
      { type: 'Container', max: { memory: '2Gi' }, default: { memory: '1Gi' }, defaultRequest: { memory: '1Gi' } },
    ],
  }
  const bare = structuredClone(one.pod)
  for (const container of bare.spec!.containers!)
    if (container.name === 'new') delete (container as { resources?: unknown }).resources
  const given = { ...one, pod: bare, cluster: { ...one.cluster, limitRanges: [{ spec: spec as never }] } }
  assert.deepEqual(explained(given, true).reasons, ['LimitRangeConflict'])
  const { reasons, containers } = explained(given, false)
  assert.deepEqual(reasons, ['Applied'])
  const memory = containers.find(({ name }) => name === 'new')!.resources.find(({ resource }) => resource === 'memory')!
  assert.deepEqual(memory.injected, { request: '1Gi', limit: '1Gi' })
})
