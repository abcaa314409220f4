// What the chart installs for experiments, without the Pods: tests run the learner as a process, with the rights of its account.
import { CHART } from '../../../scripts/chart/files.ts'
import { IMAGE, objectsIn } from '../../chart/helm.ts'
import { makePerson } from '../approval/people.ts'
import { type ControlPlane, until } from '../harness/index.ts'
import { awaitServed } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'

export const NAMESPACE = 'staging'
const RELEASE = 'plimsoll'
const PODS_OF_THE_RELEASE = new Set(['Deployment', 'MutatingWebhookConfiguration', 'PodDisruptionBudget', 'Service'])

export const EXPERIMENTS_PATH = `/apis/plimsoll.dev/v1alpha1/namespaces/${NAMESPACE}/experiments`

/** Installs everything with experiments enabled in some namespaces, which it makes. Returns the kubeconfig of the learner's account. */
export async function installExperiments(
  cluster: ControlPlane,
  namespaces: readonly string[] = [NAMESPACE],
  values: object = {},
): Promise<string> {
  await makeNamespace(cluster, RELEASE)
  for (const name of namespaces) {
    await makeNamespace(cluster, name)
    await cluster.kubectl(['label', 'namespace', name, 'plimsoll.dev/experiments=allowed'])
  }
  const given = JSON.stringify({ ...IMAGE, ...values, experiments: { enabled: true, namespaces } })
  const text = await cluster.helm(['template', RELEASE, CHART, `--namespace=${RELEASE}`, '--values=-'], {
    input: given,
  })
  const objects = objectsIn(text).filter(({ kind }) => !PODS_OF_THE_RELEASE.has(kind))
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], {
    input: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
  })
  await awaitServed(cluster, 'experiments.plimsoll.dev', 'recommendations.plimsoll.dev', 'sizingpolicies.plimsoll.dev')
  // Nobody says when an API server begins to enforce a policy.
  const both = { 'plimsoll.dev/experiments': 'allowed', 'plimsoll.dev/mode': 'auto' }
  const metadata = { name: 'probe', labels: both }
  await until('the policies to be enforced', async () =>
    (await refusalOf(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata }))?.includes('exclude each other'),
  )
  return (await makePerson(cluster, RELEASE, 'plimsoll-learner', [])).kubeconfig
}

/**
 * What the API server says against an object, without storing it; undefined if it takes it.
 *
 * @param kubeconfig of who asks; else an administrator
 */
export async function refusalOf(
  cluster: ControlPlane,
  object: object,
  kubeconfig = cluster.kubeconfig,
): Promise<string | undefined> {
  const asWho = `--kubeconfig=${kubeconfig}`
  return await cluster
    .kubectl([asWho, 'apply', '--server-side', '--dry-run=server', '-f', '-'], { input: JSON.stringify(object) })
    .then(
      () => undefined,
      (error: Error) => error.message,
    )
}

export function experiment(name: string, spec: object, namespace = NAMESPACE) {
  return { apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Experiment', metadata: { name, namespace }, spec }
}
