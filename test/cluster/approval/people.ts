// People of a cluster: service accounts with different rights, and what they run.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { ControlPlane } from '../harness/index.ts'
import { type Result, runCommand } from '../support/command-line.ts'

export interface Person {
  /** As the API server knows them. */
  readonly name: string
  readonly kubeconfig: string
  /** `plimsoll …`, as they run it. */
  plimsoll(...args: readonly string[]): Promise<Result>
  /** A JSON merge patch of a Recommendation by kubectl. @throws Error with what the API server says */
  patch(recommendation: string, spec: object): Promise<string>
}

/** @param roles ClusterRoles that hold for them in this namespace */
export async function makePerson(
  cluster: ControlPlane,
  namespace: string,
  account: string,
  roles: readonly string[],
): Promise<Person> {
  await cluster.apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: account } },
    ...roles.map((role) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { namespace, name: `${account}-${role}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', namespace, name: account }],
    })),
  )
  const token = (await cluster.kubectl(['create', 'token', account, `--namespace=${namespace}`])).trim()
  const config = JSON.parse(await cluster.kubectl(['config', 'view', '--raw', '--output=json'])) as {
    readonly clusters: readonly object[]
  }
  const kubeconfig = join(cluster.directory, `person-${account}.kubeconfig`)
  const [{ name }] = config.clusters as [{ name: string }]
  writeFileSync(
    kubeconfig,
    stringify({
      ...{ apiVersion: 'v1', kind: 'Config', clusters: config.clusters, 'current-context': 'test' },
      contexts: [{ name: 'test', context: { cluster: name, user: account, namespace } }],
      users: [{ name: account, user: { token } }],
    }),
    { mode: 0o600 },
  )
  return {
    name: `system:serviceaccount:${namespace}:${account}`,
    kubeconfig,
    plimsoll: (...args) => runCommand(kubeconfig, args),
    patch: (recommendation, spec) =>
      cluster.kubectl([
        ...[`--kubeconfig=${kubeconfig}`, 'patch', 'rec', recommendation, `--namespace=${namespace}`],
        ...['--type=merge', `--patch=${JSON.stringify({ spec })}`],
      ]),
  }
}
