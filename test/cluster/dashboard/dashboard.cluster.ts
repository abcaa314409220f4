// The dashboard with its service account from the chart, on a real API server, whose audit log shows its requests.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { helmObstacle, render } from '../../chart/helm.ts'
import { Plimsoll } from '../../commands/plimsoll.ts'
import { makePerson } from '../approval/people.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { auditEverything } from '../report/audit-log.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { installCrds } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'

const ACCOUNT = 'system:serviceaccount:plimsoll:plimsoll-dashboard'
const PASSWORD = 'correct-horse-battery-staple'
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ namespace: 'shop', name: 'db-0' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: '1', controller: true }],
  },
  spec: {
    containers: [
      {
        ...{ name: 'db', image: 'db', env: [{ name: 'PASSWORD', value: PASSWORD }] },
        resources: { requests: { cpu: '300m', memory: '1Gi' } },
      },
    ],
  },
}
/** Templates of the chart with rights, and the objects that the learner writes. */
const KINDS = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Lease', 'Secret']

describe('the dashboard’s account', { skip: controlPlaneObstacle() ?? helmObstacle() ?? false }, () => {
  const audit = auditEverything()
  const programs: Plimsoll[] = []
  let cluster: Administered
  let url: string

  before(async () => {
    cluster = await startAdministered({ controllers: false, apiserverArgs: audit.args })
    await installCrds(cluster)
    await makeNamespace(cluster, 'plimsoll')
    await makeNamespace(cluster, 'shop', 'observe')
    const chart = await render({ dashboard: { enabled: true } })
    await cluster.apply(...chart.filter(({ kind }) => KINDS.includes(kind)), POD)
    const config = join(cluster.directory, 'dashboard.yaml')
    writeFileSync(config, JSON.stringify({ learner: { publishEverySeconds: 1 } }))
    const start = async (account: string, ...args: readonly string[]) => {
      const { kubeconfig } = await makePerson(cluster, 'plimsoll', account, [])
      const command = [...args, '--config', config, '--fleet-secret', 'plimsoll-fleet']
      const program = new Plimsoll(command, { env: { KUBECONFIG: kubeconfig } })
      programs.push(program)
      return program
    }
    await start('plimsoll-learner', 'learner')
    const dashboard = await start('plimsoll-dashboard', 'dashboard', '--sign-in', 'token', '--port', '0')
    // Logs are on standard error.
    url = await until('the dashboard to listen', () => /"url":"([^"]+)"/.exec(dashboard.stderr)?.[1])
  })
  after(async () => {
    for (const program of programs) program.signal('SIGKILL')
    await cluster?.stop()
    audit.remove()
  })

  const tokenOf = async (account: string) =>
    (await cluster.kubectl(['create', 'token', account, '--namespace=shop'])).trim()

  test('shows running workloads without reading Pods: only published and learned data, and access reviews', async () => {
    await makePerson(cluster, 'shop', 'alice', ['plimsoll-viewer'])
    const headers = { authorization: `Bearer ${await tokenOf('alice')}` }
    const text = await until('the fleet to be published', async () => {
      const answer = await fetch(`${url}api/v1/fleet`, { headers })
      return answer.status === 200 && (await answer.text())
    })
    const { rows, stale } = JSON.parse(text)
    assert.equal(stale, undefined)
    assert.deepEqual(
      rows.map(({ key, pods, mode, cpuCores }: Row) => [key, pods, mode, cpuCores.reserved]),
      [['shop/StatefulSet/db', 1, 'observe', 0.3]],
    )
    assert.deepEqual(audit.askedBy(ACCOUNT), [
      'create subjectaccessreviews',
      'create tokenreviews',
      'get secrets',
      'list horizontalpodautoscalers',
      'list recommendationcheckpoints',
      'list recommendations',
    ])
  })

  test('may not read Pods, and only one Secret', async () => {
    const may = async (...asked: readonly string[]) =>
      (await cluster.kubectl(['auth', 'can-i', ...asked, `--as=${ACCOUNT}`]).catch(({ message }) => message)).includes(
        'yes',
      )
    assert.equal(await may('get', 'secret/plimsoll-fleet', '--namespace=plimsoll'), true)
    for (const verb of ['get', 'list', 'watch']) {
      assert.equal(await may(verb, 'pods', '--all-namespaces'), false, verb)
      assert.equal(await may(verb, 'pods.metrics.k8s.io', '--all-namespaces'), false, verb)
      assert.equal(await may(verb, 'secret/plimsoll-ca', '--namespace=plimsoll'), false, verb)
    }
  })

  test('finds no environment variables in the published data', async () => {
    const secret = await cluster.kubectl(['get', 'secret', 'plimsoll-fleet', '--namespace=plimsoll', '--output=json'])
    const stored = Buffer.from(JSON.parse(secret).data['pods.json.gz'], 'base64')
    const text = gunzipSync(stored).toString()
    assert.match(text, /"name":"db"/)
    assert.ok(!text.includes(PASSWORD) && !text.includes('PASSWORD'))
  })
})

interface Row {
  readonly key: string
  readonly pods: number
  readonly mode: string
  readonly cpuCores: { readonly reserved: number }
}
