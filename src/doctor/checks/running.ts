import type { InstallationFacts, ReviewedRight } from '../facts.ts'
import { type Finding, ok, warn } from '../finding.ts'
import { READ_RIGHTS } from './cluster.ts'

/** Number of names that are listed. */
const MOST_NAMES = 5

/** Whether what is applied can reach Pods that run, and what prevents it. */
export function checkRunning({ running, settings, rights, kubernetes }: InstallationFacts): Finding {
  const setting = settings?.apply.running ?? 'never'
  if (setting === 'never') return ok('running', 'Pods that run are not changed (apply.running: never)')
  if ('problem' in running)
    return warn('running', `what keeps running Pods could not be read: ${running.problem}`, READ_RIGHTS)
  const { hasResize, judges, stuck } = running.value
  if (!hasResize)
    return warn(
      'running',
      `Kubernetes ${kubernetes} has no pods/resize, so only new Pods get what is applied`,
      'Upgrade to 1.33 or newer, or set apply.running to never.',
    )
  const lacks = (resource: string) => isMissing('value' in rights ? rights.value : [], resource)
  if (lacks('pods/resize'))
    return warn(
      'running',
      'the learner may not use pods/resize, so only new Pods get what is applied',
      'Run helm upgrade: the chart grants it where apply.running is not never.',
    )
  if (setting === 'inPlaceOrRestart' && lacks('pods/eviction'))
    return warn(
      'running',
      'the learner may not evict Pods, so those that must be restarted wait',
      'Run helm upgrade: the chart grants it with apply.running: inPlaceOrRestart.',
    )
  const allowed = setting === 'inPlaceOrRestart' ? 'resized or restarted' : 'resized'
  const judged = judges.length > 0 ? `; each resize is also judged by ${listed(judges)}` : ''
  if (stuck.length > 0)
    return warn(
      'running',
      `resizes are stuck: ${listed(stuck.map(({ namespace, pod, why }) => `${namespace}/${pod} (${why})`))}${judged}`,
      'Read the message of the kubelet, and make room on the node or restart the Pod.',
    )
  return ok('running', `Pods that run are ${allowed}${judged}`)
}

function isMissing(rights: readonly ReviewedRight[], resource: string): boolean {
  return rights.some(
    (right) => right.isNeeded && !right.isAllowed && right.process === 'learner' && right.resource === resource,
  )
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
