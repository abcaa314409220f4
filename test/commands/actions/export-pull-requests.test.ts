import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { stringify } from 'yaml'
import { LocalForge, TOKEN } from '../../pull-requests/local-forge.ts'
import { startLocalApi } from '../local-api.ts'
import { Plimsoll, plimsoll } from '../plimsoll.ts'

const DEPLOYMENT = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'web:1', resources: { requests: { cpu: '2', memory: '1Gi' } } }] },
    },
  },
}
const RECOMMENDATION = {
  ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation' },
  metadata: { namespace: 'shop', name: 'deployment-web' },
  spec: { workload: { kind: 'Deployment', name: 'web' } },
  status: {
    applied: {
      ...{ revision: 3, time: '2026-01-01T00:00:00Z', source: 'observed', goal: 'balanced' },
      containers: [{ name: 'main', cpu: { request: '250m' }, memory: { request: '300Mi' } }],
    },
  },
}

test('wrong options are reported before anything is asked', async () => {
  const mistakes: [string[], RegExp][] = [
    [[], /expected the name of a workload/],
    [['--repository', 'https://github.com/acme/deploy'], /--repository needs --pull-request/],
    [['--pull-request'], /--pull-request needs --repository/],
    [['web', '--pull-request', '--per', 'namespace', '--repository', 'https://github.com/a/b'], /name none of them/],
    [['--pull-request', '--repository', 'https://git.example.com/a/b'], /--forge/],
  ]
  for (const [args, message] of mistakes) {
    const { code, stderr } = await plimsoll('export', ...args)
    assert.equal(code, 1, args.join(' '))
    assert.match(stderr, message)
  }
})

test('a namespace is exported: shown, proposed, and left as it is the second time', async (t) => {
  const { forge, run } = await start(t)
  const shown = await run('--dry-run')
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(
    shown.stdout,
    /apps\/web.yaml:\n.*- +cpu: "2"\n- +memory: 1Gi\n\+ +cpu: "250m"\n\+ +memory: 300Mi\n\+ +limits:\n\+ +memory: 300Mi\n/s,
  )
  assert.deepEqual(forge.branches(), ['main'])

  const first = await run()
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /^plimsoll\/workload\/shop\/deployment-web: created: http:\/\/forge\/pull\/1$/m)
  assert.match((await run()).stdout, /: unchanged: /)
  for (const { stdout, stderr } of [shown, first]) assert.doesNotMatch(stdout + stderr, new RegExp(TOKEN))
})

test('what needs a person is said, with a separate exit code', async (t) => {
  const { forge, run } = await start(t)
  forge.commit('main', { 'apps/web.yaml': 'kind: Service\n' }, 'moved')
  const { code, stderr } = await run()
  assert.equal(code, 3)
  assert.match(stderr, /^deployment\/web: deployment\/web is in no YAML file/m)
})

test('a token that is missing or wrong is said without showing it', async (t) => {
  const { forge, run } = await start(t)
  const file = join(forge.folder, 'token')
  await writeFile(file, 'wrong-token\n')
  const refused = await run('--token-file', file)
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /^plimsoll: git ls-remote: /m)
  assert.doesNotMatch(refused.stderr, /wrong-token/)
  await writeFile(file, 'caf\xe9\u0000')
  assert.match((await run('--token-file', file)).stderr, /other characters than a token has/)
  await writeFile(file, '')
  assert.match((await run('--token-file', file)).stderr, /no token: set GITHUB_TOKEN/)
})

test('a workload that was deleted, but has a Recommendation, stops nothing', async (t) => {
  const { run, forge } = await start(t)
  await run()
  gone.add('web')
  t.after(() => gone.clear())
  const { code, stdout, stderr } = await run()
  assert.equal(code, 0, stderr)
  assert.match(stdout, /deployment-web: closed/)
  assert.deepEqual(forge.branches(), ['main'])
  assert.equal((await run('web')).code, 1)
})

test('a workload that is named twice is proposed once', async (t) => {
  const { run } = await start(t)
  const { stdout } = await run('web', 'deployment/web', '--path', '.')
  assert.equal(stdout.match(/created/g)?.length, 1)
})

/** Names of Deployments that were deleted. */
const gone = new Set<string>()

async function start(t: TestContext) {
  const forge = await LocalForge.start(t, { 'apps/web.yaml': `# ours\n${stringify(DEPLOYMENT)}` })
  const KUBECONFIG = await startLocalApi(t, (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost')
    const answer = answerOf(pathname)
    response
      .writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? { kind: 'Status', reason: 'NotFound', message: 'not found', code: 404 }))
  })
  const run = async (...args: string[]) => {
    const options = ['--pull-request', '-n', 'shop', '--repository', forge.url, '--forge', 'github']
    const child = new Plimsoll(['export', ...options, ...args], { env: { KUBECONFIG, GITHUB_TOKEN: TOKEN } })
    const code = await child.exitCode
    return { code, stdout: child.stdout, stderr: child.stderr }
  }
  return { forge, run }
}

function answerOf(path: string): unknown {
  if (path.endsWith('/recommendations/deployment-web')) return RECOMMENDATION
  if (path.endsWith('/recommendations')) return { kind: 'RecommendationList', metadata: {}, items: [RECOMMENDATION] }
  if (path.endsWith('/deployments/web')) return gone.has('web') ? undefined : DEPLOYMENT
  if (path === '/api/v1/namespaces/shop')
    return { kind: 'Namespace', metadata: { name: 'shop', labels: { 'plimsoll.dev/mode': 'auto' } } }
  if (
    /\/(limitranges|resourcequotas|horizontalpodautoscalers|sizingpolicies|nodes|pods|verticalpodautoscalers)$/.test(
      path,
    )
  )
    return { kind: 'List', metadata: {}, items: [] }
  return undefined
}
