import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { renderClusters } from '../../../src/commands/report/clusters/table.ts'
import { namesContext, targetsOf, withContext } from '../../../src/commands/report/clusters/targets.ts'
import { renderClustersCsv } from '../../../src/commands/report/csv.ts'
import type { ReportOptions } from '../../../src/commands/report/options.ts'
import { PLAIN } from '../../../src/commands/terminal/text.ts'
import { insightList } from '../../../src/insight/index.ts'
import { ASKED, insightOf, learned, usage } from '../../insight/made.ts'
import { Plimsoll } from '../plimsoll.ts'

const OPTIONS: ReportOptions = { plimsollNamespace: 'plimsoll', goal: 'balanced', output: 'table' }
const looks = { ...PLAIN, columns: 110 }

/** A cluster with one workload that is asked for more than it needs. */
function cluster(name: string, cpu: string) {
  const container = { name: 'app', author: ASKED, now: ASKED, oomKills: 1, learned: { balanced: learned(cpu, '1Gi') } }
  return { ...insightOf({ containers: [{ ...container, usage: usage([[1, 0.1, 2 ** 20]]) }] }).fleet, cluster: name }
}

describe('the clusters of a report', () => {
  const names = (options: Partial<ReportOptions>) =>
    targetsOf({ ...OPTIONS, ...options }).map(({ name, choice }) => [name, choice])

  test('are those of the contexts, each once, in the kubeconfigs that are given', () => {
    assert.deepEqual(names({ context: ['eu', 'us', 'eu'] }), [
      ['eu', { context: 'eu' }],
      ['us', { context: 'us' }],
    ])
    assert.deepEqual(names({ context: ['eu'], kubeconfig: ['a', 'b'] }), [
      ['eu', { kubeconfig: `a${delimiter}b`, context: 'eu' }],
    ])
  })

  test('are those of the current contexts of several kubeconfigs, if no context is given', () => {
    assert.deepEqual(names({ kubeconfig: ['a', 'b'] }), [
      ['a', { kubeconfig: 'a' }],
      ['b', { kubeconfig: 'b' }],
    ])
    assert.deepEqual(names({}), [[undefined, {}]])
  })

  test('have their names in the options of Prometheus, where {context} stands', () => {
    const options: ReportOptions = {
      ...{ ...OPTIONS, prometheus: 'https://{context}.example', prometheusHeader: [['X-Scope-OrgID', '{context}']] },
      prometheusLabel: [['cluster', 'prod-{context}']],
    }
    const { prometheus, prometheusHeader, prometheusLabel } = withContext(options, { name: 'eu', choice: {} })
    assert.equal(prometheus, 'https://eu.example')
    assert.deepEqual([prometheusHeader, prometheusLabel], [[['X-Scope-OrgID', 'eu']], [['cluster', 'prod-eu']]])
    assert.deepEqual(
      [namesContext(options), namesContext({ ...options, prometheus: 'x' }), namesContext(OPTIONS)],
      [true, true, false],
    )
  })
})

describe('the report of several clusters', () => {
  const list = insightList([cluster('eu', '500m'), cluster('us', '250m')], [{ cluster: 'asia', error: 'refused' }])

  test('adds up the clusters, and ranks the workloads of all of them', () => {
    const [eu, us] = list.items as [(typeof list.items)[number], (typeof list.items)[number]]
    assert.equal(list.total.workloads, 2)
    assert.equal(list.total.money.now, eu.total.money.now! + us.total.money.now!)
    assert.deepEqual(
      list.topByMoney.map(({ cluster }) => cluster),
      ['us', 'eu'],
    )
    assert.deepEqual(
      list.topByRisk.map(({ key }) => key),
      [eu.topByRisk[0], us.topByRisk[0]],
    )
  })

  test('shows each with its sums, the sum of all, and what could not be read', () => {
    const text = renderClusters(list, looks)
    assert.match(text, /^2 clusters, and 1 that could not be read\. Goal balanced\.\n/)
    assert.match(text, /\nClusters\n/)
    for (const name of ['eu', 'us', 'all']) assert.match(text, new RegExp(`^  ${name} +[12] `, 'm'))
    assert.match(text, /\nMost to free\n.*\n.*CLUSTER +WORKLOAD.*\n {2}us +shop\/web .*\n {2}eu +shop\/web /)
    assert.match(text, /\nMost at risk\n.*\n {2}eu +shop\/web +high +/)
    assert.match(text, /\nNot read\n {2}asia: refused\n/)
    for (const line of text.split('\n')) assert.ok(line.length <= 110, line)
    assert.doesNotMatch(text, /NaN|undefined|null/)
  })

  test('has the cluster in the first column of CSV', () => {
    const rows = renderClustersCsv(list.items).split('\r\n')
    assert.deepEqual(
      rows.slice(0, 3).map((row) => row.split(',').slice(0, 4).join(',')),
      ['cluster,namespace,kind,workload', 'eu,shop,Deployment,web', 'us,shop,Deployment,web'],
    )
  })
})

/** A kubeconfig with contexts whose API servers do not listen. */
function kubeconfig(t: TestContext, ...names: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-clusters-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': names[0] },
    contexts: names.map((name) => ({ name, context: { cluster: name, user: 'me' } })),
    clusters: names.map((name, i) => ({ name, cluster: { server: `https://127.0.0.1:${Math.min(i, 1) + 1}` } })),
    users: [{ name: 'me', user: { token: 'T' } }],
  }
  writeFileSync(join(directory, 'config'), JSON.stringify(config))
  return join(directory, 'config')
}

test('clusters that cannot be read are named, each with its reason, and the exit code is 1', async (t) => {
  const config = kubeconfig(t, 'eu', 'us', 'again')
  const run = new Plimsoll(['report', '--context', 'eu', 'us', 'again', 'mars', '--kubeconfig', config])
  assert.equal(await run.exitCode, 1)
  assert.equal(run.stdout, '')
  assert.match(run.stderr, /cluster eu could not be read: .*ECONNREFUSED/)
  assert.match(run.stderr, /cluster us could not be read: .*ECONNREFUSED/)
  assert.match(run.stderr, /cluster mars could not be read: .* has no context mars\. It has eu, us, again\./)
  assert.match(run.stderr, /cluster again could not be read: it is the same cluster as us /)
})
