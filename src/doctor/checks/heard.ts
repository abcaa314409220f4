import type { InstallationFacts } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { sumOf } from '../metrics.ts'

/** Silence that counts as a failure. A bookmark comes every minute. */
const SILENT_SECONDS = 600

/** Whether every webhook still hears from the API server: if its credentials are refused, it silently serves outdated values. */
export function checkHeard({ pods, namespace, now }: InstallationFacts): Finding {
  const asked = 'value' in pods ? pods.value : []
  const heard = asked.flatMap(({ name, metrics }) => {
    if ('problem' in metrics) return []
    return [{ name, at: sumOf(metrics.value, 'plimsoll_snapshot_heard_timestamp_seconds') ?? 0 }]
  })
  if (heard.length === 0) {
    if ('value' in pods && asked.length === 0) return ok('heard', 'Pods are not checked')
    const why = "the webhooks' metrics could not be read through the API server"
    return warn('heard', why, 'The doctor needs get of pods/proxy in the namespace of Plimsoll.')
  }
  const silent = heard.filter(({ at }) => now / 1000 - at > SILENT_SECONDS)
  if (silent.length === 0)
    return ok(
      'heard',
      `${heard.length === 1 ? 'one webhook hears' : `${heard.length} webhooks hear`} from the API server`,
    )
  const names = silent.map(({ name }) => name).join(', ')
  const since = silent.some(({ at }) => at > 0) ? `for more than ${SILENT_SECONDS / 60} minutes` : 'since the start'
  return fail(
    'heard',
    `${names} ${silent.length === 1 ? 'has' : 'have'} heard nothing from the API server ${since}, and ${silent.length === 1 ? 'serves what it' : 'serve what they'} knew then`,
    `Its log says why: kubectl logs -n ${namespace} ${silent[0]!.name}. 401: its token is missing or expired, which the kubelet renews (kubectl describe pod); 403: see the check "rights".`,
  )
}
