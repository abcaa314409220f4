import type { InstallationFacts } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { sumOf } from '../metrics.ts'

const PODS = 'plimsoll_learner_prometheus_pods'
const UNDECIDED = 'plimsoll_learner_prometheus_undecided_namespaces'
const ACT =
  'Set settings.prometheus.labels to the labels that the series of this cluster have, such as cluster: prod; the log of the leading learner names the labels and values.'

/** Whether the learner reads the usage of this cluster from Prometheus, and of no other cluster that the same store holds. */
export function checkClusters({ settings, learners }: InstallationFacts): Finding {
  if (!settings?.prometheus) return ok('clusters', 'usage comes from the cluster itself')
  const texts =
    'value' in learners ? learners.value.flatMap(({ metrics }) => ('value' in metrics ? [metrics.value] : [])) : []
  const most = (name: string, labels?: Readonly<Record<string, string>>) => {
    const found = texts.flatMap((text) => sumOf(text, name, labels) ?? [])
    return found.length === 0 ? undefined : Math.max(...found)
  }
  const undecided = most(UNDECIDED)
  if (undecided === undefined) {
    return warn(
      'clusters',
      'whether Prometheus holds series of other clusters is not known here',
      'No learner of this version serves metrics: see the check "rights".',
    )
  }
  if (undecided > 0) {
    const namespaces = `${undecided} ${undecided === 1 ? 'namespace' : 'namespaces'}`
    return fail(
      'clusters',
      `Prometheus may contain several clusters, and no label shows which series of ${namespaces} are from this one: nothing is learned there`,
      ACT,
    )
  }
  const [read = 0, missing = 0, others = 0] = ['read', 'missing', 'of_another_cluster'].map((usage) =>
    most(PODS, { usage }),
  )
  if (read === 0 && missing > 0)
    return fail(
      'clusters',
      `Prometheus has no usage of the ${missing} Pods that run here`,
      `Check that it scrapes the kubelets of this cluster. ${ACT}`,
    )
  if (read + missing === 0)
    return ok('clusters', 'no Pod here has run long enough to know whether Prometheus has its usage')
  const left = others > 0 ? `; ${others} of other clusters in the same store are left out` : ''
  return ok('clusters', `Prometheus has usage of ${read} of the ${read + missing} Pods that run here${left}`)
}
