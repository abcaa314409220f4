import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeReport } from '../../../src/commands/explain/text.ts'
import { renderTable } from '../../../src/commands/report/table.ts'
import { renderWide } from '../../../src/commands/report/wide.ts'
import type { Detail, Overview } from '../../../src/dashboard/wire.ts'
import { explainPod, installedRules, type Report, readDecisionInputs, subjectsOf } from '../../../src/explain/index.ts'
import { browserObstacle, launch } from '../../browser/chromium.ts'
import { type Cluster, until } from '../harness/index.ts'
import { adminClient } from '../support/admin.ts'
import { runCommand } from '../support/command-line.ts'
import type { When, World } from './world.ts'

/** A directory for a copy of every screen, for people to read. */
const KEPT = process.env.PLIMSOLL_AFTERNOON_TEXTS

const LOOKS = { columns: 130, paint: (_style: string, text: string) => text }

type Texts = ReadonlyMap<string, string>
export interface Shown {
  readonly overview: Overview
  readonly details: readonly Detail[]
}

/** What an administrator sees of Plimsoll: the output of every command, and the dashboard. */
export class Screen {
  readonly #cluster: Cluster
  readonly #prometheus: string
  readonly #kept = new Map<When, Texts>()

  constructor(cluster: Cluster, prometheus: string) {
    this.#cluster = cluster
    this.#prometheus = prometheus
  }

  async everything(world: World, when: When): Promise<void> {
    const { kubectl, kubeconfig } = this.#cluster
    const texts = new Map<string, string>()
    const run = async (name: string, ...args: string[]) => {
      const { stdout, stderr } = await runCommand(kubeconfig, args)
      texts.set(name, stdout || stderr)
    }
    texts.set('get-rec', await kubectl(['get', 'rec', '--all-namespaces']))
    texts.set('get-rec-wide', await kubectl(['get', 'rec', '--all-namespaces', '--output=wide']))
    texts.set('rec-yaml', await kubectl(['get', 'rec', '--all-namespaces', '--output=yaml']))
    texts.set('pods-yaml', await kubectl(['get', 'pods', '--all-namespaces', '--output=yaml']))
    texts.set(
      'events',
      await kubectl(['get', 'events', '--all-namespaces', '--field-selector=reportingComponent=plimsoll.dev/learner']),
    )
    const explained = world.workloads.flatMap(({ kind, name, namespace }) => {
      const [pod] = world.podsOf(name, when)
      return [
        { as: name, namespace, what: `${kind.toLowerCase()}/${name}` },
        { as: `pod-${name}`, namespace, what: `pod/${pod!.metadata.name}` },
      ]
    })
    const client = await adminClient(this.#cluster)
    const rules = await installedRules(client, 'plimsoll')
    for (const { as, namespace, what } of explained) {
      // In this process, because the command would start a process for each.
      const [subject] = await subjectsOf(what, { namespace, client: async () => client, rules: async () => rules })
      const inputs = await readDecisionInputs(client, subject!, { settings: undefined, plimsollNamespace: 'plimsoll' })
      const report = explainPod(subject!, inputs)
      texts.set(`explained-${as}`, JSON.stringify(report))
      texts.set(`explain-${as}`, describeReport(report))
    }
    client.close()
    const source = [`--prometheus=${this.#prometheus}`, '--cluster', '--namespace=shop', '--namespace=fenced']
    await run('report-json', 'report', ...source, '--output=json')
    const insight = JSON.parse(texts.get('report-json')!)
    texts.set('report', renderTable(insight, LOOKS))
    texts.set('report-wide', renderWide(insight, LOOKS))
    await run('doctor', 'doctor')
    await run('approve', 'approve', '--all', '--dry-run', '--namespace=shop')
    await run('export', 'export', 'deployment/api', '--namespace=shop')
    const { ask, url, secret } = await this.#signIn()
    // The page states its time, and is refreshed on the next request.
    const since = Date.now()
    const overview = await until(
      'the dashboard to have read the fleet again',
      async () => {
        const text = await ask('fleet')
        return Date.parse((JSON.parse(text) as Overview).time) > since && text
      },
      { timeoutMilliseconds: 120_000, everyMilliseconds: 1000 },
    )
    texts.set('dashboard-fleet', overview)
    for (const { key } of (JSON.parse(overview) as Overview).rows)
      texts.set(`dashboard-${key.replaceAll('/', '-')}`, await ask(`workloads/${key}`))
    if (!browserObstacle()) await this.#pages(url, secret, JSON.parse(overview), texts)
    this.#keep(when, texts)
  }

  /** Text of every page in Chromium. */
  async #pages(url: string, secret: string, { rows }: Overview, texts: Map<string, string>): Promise<void> {
    const browser = await launch()
    try {
      const page = await browser.newPage()
      await page.goto(url)
      await page.getByLabel('Bearer token').fill(secret)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.locator('tbody a').first().waitFor()
      texts.set('page-fleet', await page.locator('body').innerText())
      await page.goto(`${url}approvals`)
      await page.getByRole('heading', { name: 'Approvals' }).waitFor()
      texts.set('page-approvals', await page.locator('main').innerText())
      for (const { namespace, kind, name } of rows) {
        await page.goto(`${url}workloads/${namespace}/${kind}/${name}`)
        await page.getByRole('heading', { name: 'Why' }).waitFor()
        texts.set(`page-${name}`, await page.locator('main').innerText())
      }
    } finally {
      await browser.close()
    }
  }

  #keep(when: When, texts: Texts): void {
    this.#kept.set(when, texts)
    if (!KEPT) return
    mkdirSync(join(KEPT, when), { recursive: true })
    for (const [name, text] of texts) writeFileSync(join(KEPT, when, `${name}.txt`), text)
  }

  textOf(when: When, name: string): string {
    return this.#kept.get(when)?.get(name) ?? ''
  }

  /** Output of `explain` for each workload and one of its Pods, by name. */
  explained(when: When): ReadonlyMap<string, Report> {
    const all = [...(this.#kept.get(when) ?? [])].filter(([name]) => name.startsWith('explained-'))
    return new Map(all.map(([name, text]) => [name.slice('explained-'.length), JSON.parse(text) as Report]))
  }

  shown(when: When): Shown {
    const all = [...(this.#kept.get(when) ?? [])].filter(([name]) => name.startsWith('dashboard-'))
    const [fleet, ...details] = all.map(([, text]) => JSON.parse(text))
    return { overview: fleet, details }
  }

  async #signIn() {
    const get = ['get', 'service', 'plimsoll-dashboard', '--namespace=plimsoll', '--output=jsonpath={.spec.clusterIP}']
    const url = `http://${await this.#cluster.kubectl(get)}/`
    await this.#cluster.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'sre', namespace: 'default' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'sre' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'sre' }],
      },
    )
    const secret = (await this.#cluster.kubectl(['create', 'token', 'sre', '--namespace=default'])).trim()
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}api/v1/session`, { method: 'POST', headers, body: JSON.stringify({ secret }) })
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`)
    const ask = async (path: string) => (await fetch(`${url}api/v1/${path}`, { headers: { cookie } })).text()
    return { ask, url, secret }
  }
}
