import type { InstallationFacts, ReviewedRight } from '../facts.ts'
import { type Finding, ok, warn } from '../finding.ts'
import { READ_RIGHTS } from './cluster.ts'
import { listed as listedRights } from './rights.ts'

/** Number of names that are listed. */
const MOST_NAMES = 5

/** Whether running Pods can get the applied revision, and what prevents it. */
export function checkRunning({ running, settings, rights, kubernetes }: InstallationFacts): Finding {
  const setting = settings?.apply.running
  if (setting === undefined)
    return ok('running', 'the settings are not known, so it is not known whether running Pods are changed')
  if (setting === 'never') return ok('running', 'running Pods are not changed (apply.running: never)')
  if ('problem' in running)
    return warn('running', `the resizes of running Pods could not be read: ${running.problem}`, READ_RIGHTS)
  const { hasResize, judges, stuck } = running.value
  if (!hasResize) return withoutResize(kubernetes, setting)
  const missing = missingRights('value' in rights ? rights.value : [])
  if (missing.resizing.length > 0)
    return warn(
      'running',
      `the learner may not ${listedRights(missing.resizing)}, so only new Pods get the applied revision`,
      'Run helm upgrade: the chart grants it. To leave running Pods alone, set apply.running to never.',
    )
  if (missing.restarting.length > 0)
    return warn(
      'running',
      `the learner may not ${listedRights(missing.restarting)}, so Pods that must be restarted wait`,
      'Run helm upgrade: the chart grants it with apply.running: inPlaceOrRestart.',
    )
  const allowed = setting === 'inPlaceOrRestart' ? 'resized or restarted' : 'resized'
  const judged = judges.length > 0 ? `; other webhooks or policies also check each resize: ${listed(judges)}` : ''
  if (stuck.length > 0)
    return warn(
      'running',
      `resizes are stuck: ${listed(stuck.map(({ namespace, pod, why }) => `${namespace}/${pod} (${why})`))}${judged}`,
      'Read the message of the kubelet, and make room on the node or restart the Pod.',
    )
  return ok('running', `running Pods are ${allowed}${judged}`)
}

/** The default setting is harmless on an older API server, so this is not a problem. */
function withoutResize(kubernetes: string, setting: 'inPlace' | 'inPlaceOrRestart'): Finding {
  const has = `Kubernetes ${kubernetes} has no pods/resize (1.33 and later have it)`
  if (setting === 'inPlace') return ok('running', `only new Pods get the applied revision: ${has}`)
  return warn(
    'running',
    `running Pods are neither resized nor restarted: ${has}`,
    'Upgrade Kubernetes, or set apply.running to never.',
  )
}

function missingRights(rights: readonly ReviewedRight[]) {
  const missing = rights.filter(({ isNeeded, isAllowed, process }) => isNeeded && !isAllowed && process === 'learner')
  const without = (what: NonNullable<ReviewedRight['for']>) => missing.filter((right) => right.for === what)
  return { resizing: without('resizing'), restarting: without('restarting') }
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
