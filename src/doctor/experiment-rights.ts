import type { Right } from './facts.ts'
import { rights } from './rights.ts'

/**
 * Rights that the learner must have to run experiments, as the chart grants them with `experiments.enabled`.
 *
 * @param namespaces those in which experiments may run
 */
export function experimentRights(namespaces: readonly string[]): readonly Right[] {
  return [
    ...rights('plimsoll.dev', 'experiments', 'get list watch patch', FOR),
    ...rights('plimsoll.dev', 'experiments/status', 'patch', FOR),
    ...namespaces.flatMap(rightsIn),
  ]
}

const FOR = { for: 'experiments' } as const

function rightsIn(namespace: string): readonly Right[] {
  const within = { namespace, ...FOR }
  return [
    ...['deployments', 'statefulsets'].flatMap((one) => rights('apps', one, 'get patch', within)),
    ...rights('autoscaling', 'horizontalpodautoscalers', 'list patch', within),
    ...rights('batch', 'jobs', 'get list create delete', within),
    ...rights('', 'configmaps', 'get list create delete', within),
    ...rights('k6.io', 'testruns', 'get list create delete', within),
    ...rights('coordination.k8s.io', 'leases', 'get update delete', { ...within, name: 'plimsoll-experiment' }),
    ...rights('coordination.k8s.io', 'leases', 'create', within),
    ...rights('', 'limitranges', 'list', within),
    ...rights('metrics.k8s.io', 'pods', 'list', within),
  ]
}
