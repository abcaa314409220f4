import type { InstallationFacts } from '../facts.ts'
import { type Finding, ok, warn } from '../finding.ts'
import { READ_RIGHTS } from './cluster.ts'
import { listed } from './rights.ts'

/** Whether experiments can run where namespaces are labelled for them. */
export function checkExperiments({ settings, rights, experimentNamespaces }: InstallationFacts): Finding {
  if (!settings) return ok('experiments', 'the settings are not known, so it is not known whether experiments run')
  if (!settings.experiments) return ok('experiments', 'no experiments run (experiments.enabled: false)')
  for (const asked of [rights, experimentNamespaces])
    if ('problem' in asked)
      return warn('experiments', `the rights that experiments need could not be read: ${asked.problem}`, READ_RIGHTS)
  const missing = ('value' in rights ? rights.value : []).filter(
    ({ for: what, isNeeded, isAllowed }) => what === 'experiments' && isNeeded && !isAllowed,
  )
  const everywhere = missing.filter(({ namespace }) => namespace === undefined)
  if (everywhere.length > 0)
    return warn(
      'experiments',
      `the learner may not ${listed(everywhere)}, so no experiment runs`,
      'Run helm upgrade: the chart grants it with experiments.enabled.',
    )
  const [first] = [...new Set(missing.map(({ namespace }) => namespace))]
  if (first !== undefined)
    return warn(
      'experiments',
      `the learner may not ${listed(missing.filter(({ namespace }) => namespace === first))}, so experiments there wait`,
      `Add ${first} to experiments.namespaces and run helm upgrade, or remove the label plimsoll.dev/experiments from the namespace.`,
    )
  const names = 'value' in experimentNamespaces ? experimentNamespaces.value : []
  if (names.length === 0)
    return ok(
      'experiments',
      'experiments are enabled, and no namespace has the label plimsoll.dev/experiments: allowed',
    )
  return ok('experiments', `experiments can run in ${names.length === 1 ? names[0] : `${names.length} namespaces`}`)
}
