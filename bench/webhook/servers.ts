import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import typescript from 'typescript'
import type { Revision } from '../../src/api/index.ts'
import { writeRecommendation } from '../../src/recommendations/index.ts'
import { CertificateAuthority, type ControlPlane, Processes, until } from '../../test/cluster/harness/index.ts'
import { adminClient } from '../../test/cluster/support/admin.ts'
import { compiledPlimsoll } from '../../test/cluster/support/image-root.ts'
import { makeNamespace } from '../../test/cluster/support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../../test/cluster/support/plimsoll.ts'
import { captureReviews, deploymentOf, NAMESPACE, SIZES, type Size } from './reviews.ts'
import { KINDS, type Kind, varied } from './varied.ts'
import { installVpa, startVpa, type VpaTls } from './vpa.ts'

export const SERVERS = ['plimsoll', 'bare', 'vpa'] as const
export type Server = (typeof SERVERS)[number]

export interface Bench {
  readonly urls: Readonly<Record<Server, string>>
  readonly reviews: Readonly<Record<Size, string>>
  /** Files with them, with marks where one review differs from the next. */
  readonly bodies: Readonly<Record<Kind, Readonly<Record<Size, string>>>>
  readonly plimsoll: Plimsoll
  readonly pids: Readonly<Record<Server, number>>
  readonly tls: VpaTls
}

/** Plimsoll, VPA and the bare handler side by side, none with types to strip, each asked once, to see that it answers as it should. */
export async function startBench(cluster: ControlPlane): Promise<Bench> {
  await makeNamespace(cluster, NAMESPACE)
  const authority = await CertificateAuthority.create(join(cluster.directory, 'bench-pki'), 'bench')
  const reviews = await captureReviews(cluster, authority)
  const serving = await authority.issue('server', { subject: '/CN=server', names: ['IP:127.0.0.1'] })
  const tls = { ...serving, authority: authority.certificate }

  const plimsoll = await startPlimsoll(cluster, { plimsoll: await compiledPlimsoll() })
  await recommend(cluster)
  await installVpa(cluster)
  const vpa = await startVpa(cluster, tls)
  const bare = await startBare(cluster, tls)
  const urls = {
    plimsoll: `${plimsoll.webhook.url}/mutate/auto`,
    bare: bare.url,
    vpa: vpa.url,
  }
  for (const size of SIZES) {
    for (const server of ['plimsoll', 'vpa'] as const) {
      await until(`${server} to patch the Pod of ${size}`, async () =>
        isPatched(await post(urls[server], reviews[size])),
      )
    }
    await until('the bare handler to answer', () => post(urls.bare, reviews[size]))
  }
  const bodyOf = (size: Size, kind: Kind) => {
    const file = join(cluster.directory, `review-${size}-${kind.replace(' ', '-')}.json`)
    writeFileSync(file, varied(reviews[size], kind))
    return file
  }
  const bodies = recordOf(KINDS, (kind) => recordOf(SIZES, (size) => bodyOf(size, kind)))
  const pids = { plimsoll: plimsoll.webhook.pid, vpa: vpa.pid, bare: bare.pid }
  return { urls, reviews, bodies, plimsoll, pids, tls }
}

function recordOf<Key extends string, T>(keys: readonly Key[], make: (key: Key) => T): Record<Key, T> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, T>
}

async function recommend(cluster: ControlPlane): Promise<void> {
  const client = await adminClient(cluster)
  for (const size of SIZES) {
    const workload = { namespace: NAMESPACE, kind: 'Deployment', name: deploymentOf(size) }
    const containers = [
      { name: 'web', cpu: { request: '250m', limit: '1' }, memory: { request: '300Mi', limit: '400Mi' } },
    ]
    const time = '2026-01-05T08:00:00.000Z'
    const revision: Revision = { revision: 1, time, source: 'observed', goal: 'balanced', containers }
    await writeRecommendation(client, workload, { learned: revision, applied: revision }, { exists: false })
  }
  client.close()
}

async function startBare(cluster: ControlPlane, { certificate, key }: VpaTls) {
  const processes = new Processes(cluster.directory)
  const program = join(cluster.directory, 'bare.mjs')
  writeFileSync(program, withoutTypes(readFileSync(join(import.meta.dirname, 'bare.ts'), 'utf8')))
  const { pid } = processes.start('bare', process.execPath, [program, certificate, key])
  const line = await until(
    'the bare handler to listen',
    () => /^{.*}$/m.exec(readFileSync(processes.log('bare'), 'utf8'))?.[0],
  )
  return { pid, url: (JSON.parse(line) as { url: string }).url }
}

function withoutTypes(source: string): string {
  const options = { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ESNext }
  return typescript.transpileModule(source, { compilerOptions: options }).outputText
}

export async function post(url: string, body: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    // Loopback, and for a benchmark: whose certificate it is does not matter.
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, rejectUnauthorized: false }
    const call = request(url, options, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString())
      else reject(new Error(`${url} answered ${response.statusCode}`))
    })
    call.on('error', reject)
    call.end(body)
  })
}

export function isPatched(answer: string): boolean {
  const { response } = JSON.parse(answer) as { response: { patch?: string } }
  const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString() || '[]') as { path: string }[]
  return patch.some(({ path }) => path.includes('/resources'))
}
