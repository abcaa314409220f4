import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type ForgeName,
  github,
  gitlab,
  type Outcome,
  parseRemote,
  Repository,
  synchronize,
} from '../../src/pull-requests/index.ts'
import type { WantedWorkload } from '../../src/pull-requests/wanted.ts'
import { LocalForge, TOKEN } from './local-forge.ts'

const manifest = (name: string) => `# ${name}
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  template:
    spec:
      containers:
        - name: main
          resources:
            requests: { cpu: 2 } # a guess
`
const FILES = { 'apps/web.yaml': manifest('web'), 'apps/db.yaml': manifest('db'), 'README.md': 'web\n' }
const WEB = 'plimsoll/workload/shop/deployment-web'

const wants = (name: string, ...cpu: string[]): WantedWorkload => ({
  ...{ workload: { namespace: 'shop', kind: 'Deployment', name }, apiVersion: 'apps/v1' },
  values: cpu.map((to) => ({
    ...{ container: 'main', isInit: false, section: 'requests', resource: 'cpu', from: '2', to },
    ...{ confidence: 0.93, why: ['raised to the <minimum> | of *all*'] },
  })),
})

interface Options {
  readonly kind?: ForgeName
  readonly per?: 'workload' | 'namespace'
  readonly isComplete?: boolean
  readonly dryRun?: boolean
  readonly path?: string
}

/** No wait takes time, and all are kept. */
const waits: number[] = []
const time = {
  ...{ now: () => 1_000_000, elapsed: () => 0, random: () => 0.5 },
  after(milliseconds: number, action: () => void) {
    waits.push(milliseconds)
    queueMicrotask(action)
    return () => {}
  },
}

/** Of the last run: what became of each request, and the files that were shown. */
const outcomes: Outcome[] = []
const shown: string[] = []

async function run(forge: LocalForge, wanted: readonly WantedWorkload[], options: Options = {}) {
  const { kind = 'github', per = 'workload', isComplete = true, dryRun = false, path = '' } = options
  const remote = parseRemote(forge.url, kind)
  outcomes.length = 0
  shown.length = 0
  const repository = await Repository.fetch({ url: remote.url, user: 'x', token: TOKEN }, 'plimsoll/')
  try {
    await synchronize({
      ...{ repository, wanted, per, isComplete, dryRun, namespace: 'shop', prefix: 'plimsoll/', path, mapping: [] },
      ...{ forge: { github, gitlab }[kind](remote, TOKEN, time), onOutcome: (one) => outcomes.push(one) },
      onChange: (file) => shown.push(file),
    })
    return Object.fromEntries(outcomes.map(({ branch, did }) => [branch, did]))
  } finally {
    await repository.close()
  }
}

const start = (t: TestContext) => LocalForge.start(t, FILES)

for (const kind of ['github', 'gitlab'] as const) {
  test(`${kind}: a request is opened, kept, updated in place, and closed when there is nothing to change`, async (t) => {
    const forge = await start(t)
    assert.deepEqual(await run(forge, [wants('web', '250m')], { kind }), { [WEB]: 'created' })
    assert.equal(forge.file(WEB, 'apps/web.yaml'), FILES['apps/web.yaml'].replace('cpu: 2', 'cpu: 250m'))
    assert.equal(forge.git('diff', '--name-only', 'main', WEB), 'apps/web.yaml')
    const [first] = forge.requests
    assert.equal(first!.title, 'Set CPU and memory of deployment/web in shop')
    assert.match(
      first!.body,
      /\| main \| cpu request \| 2 \| 250m \| 93 % \| raised to the \\<minimum\\> \\\| of \\\*all\\\* \|/,
    )
    assert.match(first!.body, /To decline\*\*, close this request/)

    const [commit, asked] = [forge.head(WEB), forge.asked.length]
    assert.deepEqual(await run(forge, [wants('web', '250m')], { kind }), { [WEB]: 'unchanged' })
    assert.equal(forge.head(WEB), commit)
    assert.deepEqual(
      forge.asked.slice(asked).map(({ method }) => method),
      ['GET'],
    )

    assert.deepEqual(await run(forge, [wants('web', '300m')], { kind }), { [WEB]: 'updated' })
    assert.equal(forge.requests.length, 1)
    assert.match(forge.file(WEB, 'apps/web.yaml'), /cpu: 300m/)
    assert.match(forge.requests[0]!.body, /300m/)

    assert.deepEqual(await run(forge, [wants('web')], { kind }), { [WEB]: 'closed' })
    assert.equal(forge.requests[0]!.state, 'closed')
    assert.deepEqual(forge.branches(), ['main'])
    assert.deepEqual(await run(forge, [wants('web')], { kind }), { [WEB]: 'nothing' })
    assert.deepEqual(await run(forge, [wants('web', '300m')], { kind }), { [WEB]: 'created' })
  })

  test(`${kind}: a request that is merged is done, and its branch is deleted`, async (t) => {
    const forge = await start(t)
    await run(forge, [wants('web', '250m')], { kind })
    forge.merge(1)
    // The cluster has the old value until the tool has synchronized.
    assert.deepEqual(await run(forge, [wants('web', '250m')], { kind }), { [WEB]: 'closed' })
    assert.equal(forge.requests[0]!.state, 'merged')
    assert.deepEqual(forge.branches(), ['main'])
  })

  test(`${kind}: a request that a person closed is declined: it is opened again only for other values`, async (t) => {
    const forge = await start(t)
    await run(forge, [wants('web', '250m')], { kind })
    forge.requests[0]!.state = 'closed'
    assert.deepEqual(await run(forge, [wants('web', '250m')], { kind }), { [WEB]: 'declined' })
    forge.git('branch', '-D', WEB)
    assert.deepEqual(await run(forge, [wants('web', '250m')], { kind }), { [WEB]: 'declined' })
    assert.deepEqual(await run(forge, [wants('web', '300m')], { kind }), { [WEB]: 'created' })
    assert.deepEqual(
      forge.requests.map(({ state }) => state),
      ['closed', 'open'],
    )
  })
}

test('what somebody else did to a branch is never overwritten or deleted', async (t) => {
  const changes: [string, (forge: LocalForge) => void][] = [
    ['a commit on top', (forge) => forge.commit(WEB, { 'apps/web.yaml': 'mine\n' }, 'my own')],
    [
      'a merge of main',
      (forge) => {
        forge.commit('main', { 'README.md': 'new\n' }, 'docs')
        const tree = forge.git('rev-parse', `${WEB}^{tree}`)
        forge.git(
          'update-ref',
          `refs/heads/${WEB}`,
          forge.git('commit-tree', tree, '-p', WEB, '-p', 'main', '-m', 'merge'),
        )
      },
    ],
    [
      'an amended commit with the same message',
      (forge) => {
        const message = forge.git('log', '-1', '--format=%B', WEB)
        forge.git(
          'update-ref',
          `refs/heads/${WEB}`,
          forge.git('commit-tree', 'main^{tree}', '-p', 'main', '-m', message),
        )
      },
    ],
    [
      'a branch of the same name that is a copy of another',
      (forge) => {
        forge.git('update-ref', `refs/heads/${WEB}`, forge.head('main'))
      },
    ],
  ]
  for (const [what, change] of changes) {
    const forge = await start(t)
    await run(forge, [wants('web', '250m')])
    change(forge)
    const head = forge.head(WEB)
    for (const wanted of [[wants('web', '300m')], [wants('web')], []])
      assert.deepEqual(await run(forge, wanted), { [WEB]: 'left' }, what)
    assert.equal(forge.head(WEB), head, what)
    assert.equal(forge.requests[0]!.state, 'open', what)
  }
})

test('a branch that changes between reading and writing is left alone', async (t) => {
  const forge = await start(t)
  const remote = parseRemote(forge.url, 'github')
  const options = { url: remote.url, user: 'x', token: TOKEN }
  await run(forge, [wants('web', '250m')])
  const repository = await Repository.fetch(options, 'plimsoll/')
  t.after(() => repository.close())
  forge.commit(WEB, { 'apps/web.yaml': 'mine\n' }, 'faster')
  const head = forge.head(WEB)
  for (const wanted of [wants('web', '300m'), wants('web')]) {
    outcomes.length = 0
    await synchronize({
      ...{ repository, wanted: [wanted], per: 'workload', isComplete: true, dryRun: false, namespace: 'shop' },
      ...{ prefix: 'plimsoll/', path: '', mapping: [], forge: github(remote, TOKEN, time) },
      onOutcome: (one) => outcomes.push(one),
    })
    const [outcome] = outcomes
    assert.equal(outcome!.did, 'left')
    assert.match(outcome!.says, /somebody changed the branch meanwhile/)
    assert.equal(forge.head(WEB), head)
    assert.equal(forge.requests[0]!.state, 'open')
  }
})

test('a file that is not UTF-8 is left as it is, byte by byte', async (t) => {
  const forge = await LocalForge.start(t, { 'apps/web.yaml': Buffer.from(`# caf\xe9\n${manifest('web')}`, 'latin1') })
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'nothing' })
})

test('kustomizations are read outside of the folder too, but only files in it change', async (t) => {
  const overlay = 'namespace: shop\nresources: [../base]\n'
  const base = { 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': manifest('web') }
  const forge = await LocalForge.start(t, { ...base, 'prod/kustomization.yaml': overlay })
  assert.deepEqual(await run(forge, [wants('web', '250m')], { path: 'prod' }), { [WEB]: 'nothing' })
  assert.deepEqual(await run(forge, [wants('web', '250m')], { path: 'base', dryRun: true }), { [WEB]: 'created' })
  forge.commit('main', { 'test/kustomization.yaml': overlay }, 'test')
  assert.deepEqual(await run(forge, [wants('web', '250m')], { path: 'base' }), { [WEB]: 'nothing' })
})

test('a request that a person opened from our branch is not changed', async (t) => {
  const forge = await start(t)
  await run(forge, [wants('web', '250m')])
  forge.requests[0]!.body = 'mine'
  assert.deepEqual(await run(forge, [wants('web', '300m')]), { [WEB]: 'left' })
  assert.equal(forge.requests[0]!.body, 'mine')
})

test('a base that changed elsewhere leaves the branch as it is; one that changed the file gets a new commit', async (t) => {
  const forge = await start(t)
  await run(forge, [wants('web', '250m')])
  const head = forge.head(WEB)
  forge.commit('main', { 'README.md': 'new\n' }, 'docs')
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'unchanged' })
  assert.equal(forge.head(WEB), head)
  forge.commit('main', { 'apps/web.yaml': `${FILES['apps/web.yaml']}# more\n` }, 'more')
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'updated' })
  assert.equal(forge.git('rev-parse', `${WEB}^`), forge.head('main'))
  assert.match(forge.file(WEB, 'apps/web.yaml'), /cpu: 250m.*# more/s)
})

test('a namespace has one request for all its workloads, and those of single workloads are closed', async (t) => {
  const forge = await start(t)
  const all = [wants('web', '250m'), wants('db', '1')]
  await run(forge, all)
  const one = 'plimsoll/namespace/shop'
  const outcomes = await run(forge, all, { per: 'namespace' })
  assert.deepEqual(outcomes, { [one]: 'created', [WEB]: 'closed', [WEB.replace('web', 'db')]: 'closed' })
  assert.equal(forge.git('diff', '--name-only', 'main', one), 'apps/db.yaml\napps/web.yaml')
  assert.deepEqual(forge.branches(), ['main', one])
})

test('a request that the server refuses does not stop the others, unless it refuses many', async (t) => {
  const forge = await start(t)
  forge.refusals.push({ status: 422 })
  const db = 'plimsoll/workload/shop/deployment-db'
  assert.deepEqual(await run(forge, [wants('web', '250m'), wants('db', '1')]), { [WEB]: 'failed', [db]: 'created' })
  const files = Array.from({ length: 6 }, (_, i) => [`apps/w${i}.yaml`, manifest(`w${i}`)] as const)
  forge.commit('main', Object.fromEntries(files), 'more')
  forge.refusals.push(...files.map(() => ({ status: 422 })))
  const all = files.map((_, i) => wants(`w${i}`, '1'))
  await assert.rejects(run(forge, all, { isComplete: false }), /5 requests failed: the others were not tried/)
  assert.equal(outcomes.length, 5)
})

test('a workload whose values are right is no part of the request of a namespace', async (t) => {
  const forge = await start(t)
  const per = 'namespace' as const
  await run(forge, [wants('web', '250m'), wants('db')], { per })
  assert.equal(forge.requests[0]!.title, 'Set CPU and memory of deployment/web in shop')
  assert.doesNotMatch(forge.requests[0]!.body, /deployment\/db/)
  assert.deepEqual(await run(forge, [wants('web', '250m')], { per }), { 'plimsoll/namespace/shop': 'unchanged' })
})

test('the text of a request follows its commits, also in what cannot be changed', async (t) => {
  const forge = await start(t)
  const all = [wants('web', '250m'), wants('db', '1')]
  await run(forge, all, { per: 'namespace' })
  forge.commit('main', { 'apps/db.yaml': 'kind: Service\n' }, 'moved')
  await run(forge, all, { per: 'namespace' })
  assert.match(forge.requests[0]!.body, /Not changed:\n\n- deployment\/db/)
})

test('the text of a request is short enough for the server, however many problems there are', async (t) => {
  const forge = await start(t)
  const lost = Array.from({ length: 500 }, (_, i) => wants(`lost-${i}`, '1'))
  await run(forge, [wants('web', '250m'), ...lost], { per: 'namespace' })
  assert.ok(forge.requests[0]!.body.length < 65_536)
  assert.match(forge.requests[0]!.body, /And \d{3} more\./)
})

test('an answer that is interrupted is an error of one request', async (t) => {
  const forge = await start(t)
  forge.refusals.push({ status: 200, headers: { 'content-length': '1000' } })
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'failed' })
  assert.match(outcomes[0]!.says, /^GET \/repos\/acme\/deploy\/pulls at 127/)
})

test('a branch that leaves no room for ours is said as such, not as a race', async (t) => {
  const forge = await start(t)
  forge.commit('plimsoll', {}, 'mine')
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'failed' })
})

test('a second request that a person closed does not hide the open one', async (t) => {
  const forge = await start(t)
  await run(forge, [wants('web', '250m')])
  forge.requests.push({ ...forge.requests[0]!, number: 2, state: 'closed' })
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'unchanged' })
})

test('a note about a workload is in the text', async (t) => {
  const forge = await start(t)
  await run(forge, [{ ...wants('web', '250m'), note: 'it is sized by class of node' }])
  assert.match(forge.requests[0]!.body, /Note: it is sized by class of node\./)
})

test('a workload that is no longer sized loses its request, unless only some workloads are exported', async (t) => {
  const forge = await start(t)
  await run(forge, [wants('web', '250m')])
  assert.deepEqual(await run(forge, [], { isComplete: false }), {})
  assert.deepEqual(await run(forge, []), { [WEB]: 'closed' })
})

test('a dry run changes nothing', async (t) => {
  const forge = await start(t)
  assert.deepEqual(await run(forge, [wants('web', '250m')], { dryRun: true }), { [WEB]: 'created' })
  assert.deepEqual(shown, ['apps/web.yaml'])
  assert.deepEqual(forge.branches(), ['main'])
  await run(forge, [wants('web', '250m')])
  assert.deepEqual(await run(forge, [wants('web', '250m')], { dryRun: true }), { [WEB]: 'unchanged' })
  assert.deepEqual(shown, [])
  const head = forge.head(WEB)
  assert.deepEqual(await run(forge, [wants('web', '300m')], { dryRun: true }), { [WEB]: 'updated' })
  assert.deepEqual(await run(forge, [wants('web')], { dryRun: true }), { [WEB]: 'closed' })
  assert.equal(forge.head(WEB), head)
  assert.ok(forge.asked.filter(({ method }) => method !== 'GET').length === 1)
})

test('a file that cannot be changed closes nothing', async (t) => {
  const forge = await start(t)
  await run(forge, [wants('web', '250m')])
  forge.commit('main', { 'apps/web.yaml': 'broken: [\n' }, 'oops')
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'nothing' })
  assert.equal(forge.requests[0]!.state, 'open')
})

test('a limited rate is waited for, as long as the server says, and a long one ends the run', async (t) => {
  const forge = await start(t)
  waits.length = 0
  forge.refusals.push({ status: 429, headers: { 'retry-after': '7' } })
  forge.refusals.push({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1030' } })
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'created' })
  assert.deepEqual(waits, [7_000, 30_000])
  forge.refusals.push({ status: 429, headers: { 'retry-after': '3600' } })
  await assert.rejects(run(forge, [wants('web', '300m')]), /limits the rate. Try again in 60 minutes/)
})

test('an error says what was refused and why, and never contains the token', async (t) => {
  const forge = await start(t)
  const refused = { message: 'Resource not accessible by personal access token' }
  forge.refusals.push({ status: 403, body: refused })
  assert.deepEqual(await run(forge, [wants('web', '250m')]), { [WEB]: 'failed' })
  assert.match(outcomes[0]!.says, /GET \/repos\/acme\/deploy\/pulls: 403 Resource not accessible/)
  const remote = parseRemote(forge.url, 'github')
  const fetched = Repository.fetch({ url: remote.url, user: 'x', token: 'another-secret' }, 'plimsoll/')
  await assert.rejects(fetched, (error: Error) => {
    assert.match(error.message, /^git ls-remote: /)
    assert.doesNotMatch(error.message, /another-secret/)
    return true
  })
})

test('the address of a repository leads to the API of its server', () => {
  const api = (address: string, kind?: ForgeName) => parseRemote(address, kind).api
  assert.equal(api('https://github.com/acme/deploy'), 'https://api.github.com')
  assert.equal(api('https://github.example.com/acme/deploy.git'), 'https://github.example.com/api/v3')
  assert.equal(api('https://acme.ghe.com/acme/deploy'), 'https://api.acme.ghe.com')
  assert.equal(api('https://gitlab.com/group/sub/deploy/'), 'https://gitlab.com/api/v4')
  assert.equal(parseRemote('https://git.example.com/a/b/c.git', 'gitlab').path, 'a/b/c')
  const mistakes: [string, RegExp][] = [
    ['git@github.com:acme/deploy', /expected an address/],
    ['https://github.com/acme', /expected an address/],
    ['https://x:secret@github.com/acme/deploy', /contains credentials/],
    ['http://github.com/acme/deploy', /expected https/],
    ['https://git.example.com/acme/deploy', /--forge/],
    ['https://github.com/acme/deploy/tree', /an owner and a name/],
  ]
  for (const [address, message] of mistakes) assert.throws(() => parseRemote(address), message)
})
