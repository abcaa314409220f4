import type { InstallationFacts, ReviewedRight, Right } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { READ_RIGHTS } from './cluster.ts'

/** Whether webhook and learner each have every right that they need; the check of running Pods has the optional ones. */
export function checkRights({ rights }: InstallationFacts): Finding {
  if ('problem' in rights)
    return warn('rights', `the rights of the service accounts could not be read: ${rights.problem}`, READ_RIGHTS)
  const needed = rights.value.filter((right) => right.isNeeded && right.for === undefined)
  const missing = needed.filter(({ isAllowed }) => !isAllowed)
  if (missing.length === 0)
    return ok('rights', `webhook and learner have all of the ${needed.length} rights that they need`)
  const whose = (['webhook', 'learner'] as const).filter((process) =>
    missing.some((right) => right.process === process),
  )
  const lists = whose.map(
    (process) => `the ${process} may not ${listed(missing.filter((one) => one.process === process))}`,
  )
  return fail(
    'rights',
    lists.join(', and '),
    'Run helm upgrade: the chart grants it. Where somebody else manages RBAC, see templates/role.yaml and templates/clusterrole.yaml.',
  )
}

/** Whether the webhook, which parses untrusted input, has no right that could do harm. */
export function checkPrivilege({ rights, pods, learners, namespace }: InstallationFacts): Finding {
  if ('problem' in rights)
    return warn('privilege', `the rights of the service accounts could not be read: ${rights.problem}`, READ_RIGHTS)
  const accounts = ('value' in pods ? pods.value : []).map(({ account }) => account)
  const shared = ('value' in learners ? learners.value : []).find(({ account }) => accounts.includes(account))
  if (shared) {
    return warn(
      'privilege',
      `webhook and learner share the service account ${namespace}/${shared.account}, so an attacker who takes over the webhook may write everything that the learner writes`,
      'Give each its own: webhook.serviceAccount and learner.serviceAccount.',
    )
  }
  const excess = rights.value.filter(({ isNeeded, isAllowed }) => !isNeeded && isAllowed)
  if (excess.length === 0) return ok('privilege', 'the webhook may only read')
  return warn(
    'privilege',
    `the webhook may ${listed(excess)}, but does not need to`,
    `The chart does not grant it: look for other bindings of the webhook's service account (${[...new Set(accounts)].map((name) => `${namespace}/${name}`).join(', ')}) or of all service accounts.`,
  )
}

const MOST_LISTED = 5

/** Rights as a list for people, cut after the first few. */
export function listed(rights: readonly ReviewedRight[]): string {
  const more = rights.length - MOST_LISTED
  return rights.slice(0, MOST_LISTED).map(describe).join('; ') + (more > 0 ? `; and ${more} more` : '')
}

function describe({ verb, group, resource, name, namespace }: Right): string {
  return `${verb} ${resource}${group ? `.${group}` : ''}${name ? ` ${name}` : ''}${namespace ? ` in ${namespace}` : ''}`
}
