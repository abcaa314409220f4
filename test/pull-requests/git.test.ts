import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Git } from '../../src/pull-requests/git/git.ts'
import { parseRemote, Repository } from '../../src/pull-requests/index.ts'
import { LocalForge, TOKEN } from './local-forge.ts'

test('nothing that a user configures for git changes where the token goes, or what is sent with it', async (t) => {
  const forge = await LocalForge.start(t, { 'a.yaml': 'a: 1\n' })
  const { url } = parseRemote(forge.url, 'github')
  const asked = join(forge.folder, 'asked')
  const askPass = join(forge.folder, 'askpass')
  writeFileSync(askPass, `#!/bin/sh\ntouch ${asked}\necho secret\n`)
  chmodSync(askPass, 0o755)
  writeFileSync(
    join(forge.folder, '.gitconfig'),
    `[core]
	askPass = ${askPass}
[url "git@github.com:"]
	insteadOf = http://127.0.0.1
	pushInsteadOf = http://127.0.0.1
[safe]
	bareRepository = explicit
[init]
	defaultObjectFormat = sha256
[http "${url}"]
	extraHeader = Authorization: Basic bWluZTptaW5l
	followRedirects = true
`,
  )
  await withEnvironment({ HOME: forge.folder, XDG_CONFIG_HOME: forge.folder, SSH_ASKPASS: askPass }, async () => {
    const repository = await Repository.fetch({ url, user: 'x', token: TOKEN }, 'plimsoll/')
    t.after(() => repository.close())
    await repository.files('')
    await repository.push('plimsoll/x', undefined, new Map([['a.yaml', 'a: 2\n']]), 'subject')
    assert.deepEqual(new Set(forge.authorizations), new Set([`Basic ${btoa(`x:${TOKEN}`)}`]))
    const refused = Repository.fetch({ url, user: 'x', token: 'wrong' }, 'plimsoll/')
    await assert.rejects(refused, /^PullRequestError: git ls-remote/)
  })
  assert.equal(forge.file('plimsoll/x', 'a.yaml'), 'a: 2\n')
  assert.equal(existsSync(asked), false)
})

test('a server that never answers is said to be too slow', async (t) => {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a/b.git`
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-git-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const options = { folder, url, user: 'x', token: TOKEN }
  await new Git(options).run(['init', '--bare', '--quiet'])
  const asking = new Git({ ...options, timeoutMilliseconds: 600 }).run(['ls-remote', url])
  await assert.rejects(asking, /git ls-remote: it took longer than 0.01 minutes/)
})

async function withEnvironment(values: Readonly<Record<string, string>>, run: () => Promise<void>): Promise<void> {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, values)
  try {
    await run()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
