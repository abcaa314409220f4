// The archive of the kubectl plugin and its manifest, with small stand-ins for the program and Node.js.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { makeArchive } from '../../scripts/plugin/archive.ts'
import { krewManifest } from '../../scripts/plugin/manifest.ts'

function workDirectory(context: Pick<TestContext, 'after'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-plugin-test-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The same parts each time, made at another time and with another umask. */
function parts(directory: string, secondsAgo = 0) {
  const app = join(directory, 'app')
  mkdirSync(join(app, 'dist'), { recursive: true })
  const main = join(app, 'dist', 'main.js')
  writeFileSync(main, '')
  const node = join(directory, 'node')
  writeFileSync(node, '#!/bin/sh\nprintf "%s|" "$@"\n')
  const license = join(directory, 'LICENSE')
  writeFileSync(license, 'Apache-2.0')
  for (const file of [main, node, license]) {
    chmodSync(file, secondsAgo > 0 ? 0o775 : 0o755)
    utimesSync(file, Date.now() / 1000 - secondsAgo, Date.now() / 1000 - secondsAgo)
  }
  return { app, node, license }
}

test('the same parts give the same archive, whenever and by whomever it is made', (t) => {
  const [one, other] = [workDirectory(t), workDirectory(t)]
  const first = makeArchive(parts(one), join(one, 'a.tar.gz'))
  assert.equal(makeArchive(parts(other, 86_400), join(other, 'b.tar.gz')), first)
  assert.match(first, /^[0-9a-f]{64}$/)
  writeFileSync(join(one, 'app', 'dist', 'main.js'), 'changed')
  assert.notEqual(makeArchive({ ...parts(other), app: join(one, 'app') }, join(one, 'c.tar.gz')), first)
})

test('the launcher runs the Node.js beside it with all arguments, through links and in a directory with a space', (t) => {
  const directory = workDirectory(t)
  makeArchive(parts(directory), join(directory, 'a.tar.gz'))
  const store = join(directory, 'the store')
  const bin = join(directory, 'bin')
  mkdirSync(store)
  mkdirSync(bin)
  execFileSync('tar', ['--extract', `--file=${join(directory, 'a.tar.gz')}`, `--directory=${store}`])
  symlinkSync(join('..', 'the store', 'kubectl-plimsoll'), join(bin, 'relative'))
  symlinkSync(join(bin, 'relative'), join(bin, 'kubectl-plimsoll'))
  const printed = execFileSync(join(bin, 'kubectl-plimsoll'), ['explain', 'a b', '--x=$y'], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  })
  assert.equal(printed, `${join(store, 'app/dist/main.js')}|explain|a b|--x=$y|`)
})

test('the manifest names each archive with its platform and digest', () => {
  const sha256 = 'a'.repeat(64)
  const archives = ['amd64', 'arm64'].map((architecture) => ({
    ...{ os: 'linux', architecture, sha256 },
    uri: `https://example.com/v1.2.3/kubectl-plimsoll-linux-${architecture}.tar.gz`,
  }))
  const manifest = parse(krewManifest({ version: '1.2.3', homepage: 'https://github.com/a/b', archives }))
  assert.equal(manifest.spec.version, 'v1.2.3')
  assert.ok(manifest.spec.shortDescription.length <= 50)
  assert.deepEqual(manifest.spec.platforms[1], {
    selector: { matchLabels: { os: 'linux', arch: 'arm64' } },
    uri: 'https://example.com/v1.2.3/kubectl-plimsoll-linux-arm64.tar.gz',
    sha256,
    bin: 'kubectl-plimsoll',
  })
})

test('the launcher is a shell script that every system has the commands for', () => {
  const script = readFileSync(join(import.meta.dirname, '../../scripts/plugin/kubectl-plimsoll'), 'utf8')
  // macOS before 12.3 has no readlink -f.
  assert.doesNotMatch(script, /readlink -|realpath|\[\[/)
  assert.match(script, /^#!\/bin\/sh\n/)
})
