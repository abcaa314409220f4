import { Mode } from '../../api/index.ts'
import type { Asked, InstallationFacts, LabelledNamespace, PodFacts } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { sumOf } from '../metrics.ts'
import { READ_RIGHTS } from './cluster.ts'

const MODES: readonly string[] = Mode.options
const DAY_MILLISECONDS = 86_400_000
/** A Recommendation is stale after two days, because it records only the day on which a Pod was last seen. */
const STALE_MILLISECONDS = 2 * DAY_MILLISECONDS

export function checkNamespaces({ namespaces }: InstallationFacts): Finding {
  if ('problem' in namespaces)
    return warn('namespaces', `the namespaces could not be read: ${namespaces.problem}`, READ_RIGHTS)
  const invalid = namespaces.value.filter(({ label }) => !MODES.includes(label))
  if (invalid.length > 0) {
    const { name, label } = invalid[0]!
    return warn(
      'namespaces',
      `namespace ${name} has plimsoll.dev/mode=${label}, which is not a mode: it is only observed`,
      `Use one of ${MODES.join(', ')}.`,
    )
  }
  if (namespaces.value.length === 0) {
    return warn(
      'namespaces',
      'no namespace has opted in, so nothing is learned',
      'Begin with kubectl label namespace NAME plimsoll.dev/mode=observe.',
    )
  }
  const counts = MODES.map((mode) => [mode, namespaces.value.filter(({ label }) => label === mode).length] as const)
  return ok(
    'namespaces',
    counts
      .filter(([, count]) => count > 0)
      .map(([mode, count]) => `${count} in mode ${mode}`)
      .join(', '),
  )
}

export function checkHistory(facts: InstallationFacts): Finding {
  const { namespaces, settings, learners, now } = facts
  const labelled = 'value' in namespaces ? namespaces.value : []
  const source = settings?.prometheus ? `Prometheus at ${new URL(settings.prometheus.url).origin}` : 'the metrics API'
  const unanswered = labelled.find(({ measured }) => measured && 'problem' in measured)
  if (unanswered) {
    return fail(
      'history',
      `${source} does not answer: ${(unanswered.measured as { problem: string }).problem}`,
      'Install metrics-server, or set settings.prometheus.url.',
    )
  }
  const silent = labelled.filter(
    ({ pods: running, measured }) => countOf(running) > 0 && measured && countOf(measured) === 0,
  )
  if (silent.length > 0) {
    return fail(
      'history',
      `${source} has no usage of ${silent.map(({ name }) => name).join(', ')}, although Pods run there`,
      'metrics-server needs a minute for new Pods; after that, see its log.',
    )
  }
  const taken = newest('value' in learners ? learners.value : [], 'plimsoll_learner_last_usage_timestamp_seconds')
  const every = settings?.prometheus ? settings.prometheus.stepSeconds : (settings?.learner.sampleEverySeconds ?? 60)
  const readBy = `the learner has read ${source}`
  if (taken === undefined) {
    if (settings?.prometheus || labelled.length === 0) {
      return warn(
        'history',
        `whether ${readBy} is not known here`,
        'See the learner\'s log for "taking in usage failed".',
      )
    }
    return ok(
      'history',
      `${source} has usage of ${labelled.filter(({ measured }) => measured && countOf(measured) > 0).length} namespaces`,
    )
  }
  if (taken === 0)
    return fail(
      'history',
      `no learner has read ${source} yet`,
      'See the log of the leading learner for "taking in usage failed".',
    )
  const ageSeconds = now / 1000 - taken
  if (ageSeconds > 10 * every + 300) {
    return fail(
      'history',
      `${readBy} ${Math.round(ageSeconds / 60)} minutes ago, and not since`,
      'See the log of the leading learner for "taking in usage failed".',
    )
  }
  return ok('history', `${readBy} ${Math.max(0, Math.round(ageSeconds))} s ago`)
}

export function checkRecommendations(facts: InstallationFacts): Finding {
  const { recommendations, namespaces, settings, now } = facts
  if ('problem' in recommendations) {
    return warn('recommendations', `the Recommendations could not be read: ${recommendations.problem}`, READ_RIGHTS)
  }
  const labelled = 'value' in namespaces ? namespaces.value : []
  const old = recommendations.value.filter(
    ({ namespace, lastSeen }) =>
      labelled.some(({ name, pods }) => name === namespace && countOf(pods) > 0) &&
      now - Date.parse(lastSeen ?? '') > STALE_MILLISECONDS,
  )
  const fresh = recommendations.value.filter(({ lastSeen }) => now - Date.parse(lastSeen ?? '') <= STALE_MILLISECONDS)
  if (old.length > 0 && fresh.length === 0) {
    return fail(
      'recommendations',
      `none of ${recommendations.value.length} Recommendations has been updated for two days`,
      'See the check "leader", and the log of the leading learner for "publishing failed".',
    )
  }
  const minimum = (settings?.learner.minimumHistory.seconds ?? DAY_MILLISECONDS / 1000) * 1000
  const without = labelled.filter(
    ({ name, pods }) =>
      isOlderThan(pods, now - 2 * minimum) && !recommendations.value.some(({ namespace }) => namespace === name),
  )
  if (without.length > 0) {
    return warn(
      'recommendations',
      `no Recommendation in ${without.map(({ name }) => name).join(', ')}, although Pods have run there long enough`,
      'Bare Pods and Jobs without a CronJob are learned only with the label plimsoll.dev/workload; otherwise see the check "history".',
    )
  }
  if (recommendations.value.length === 0) {
    return ok('recommendations', `none yet: they need ${(minimum / 3_600_000).toFixed(0)} hours of history`)
  }
  return ok('recommendations', `${fresh.length} of ${recommendations.value.length} belong to running workloads`)
}

function countOf(asked: Asked<number | { readonly count: number }> | undefined): number {
  if (!asked || 'problem' in asked) return 0
  return typeof asked.value === 'number' ? asked.value : asked.value.count
}

function isOlderThan(pods: LabelledNamespace['pods'], then: number): boolean {
  return 'value' in pods && pods.value.count > 0 && pods.value.oldest < then
}

/** Latest value of a metric among the learners, 0 if none reports it; undefined if no learner could be asked. */
function newest(pods: readonly PodFacts[], metric: string): number | undefined {
  const told = pods.flatMap(({ metrics }) => ('value' in metrics ? [sumOf(metrics.value, metric) ?? 0] : []))
  return told.length === 0 ? undefined : Math.max(...told)
}
