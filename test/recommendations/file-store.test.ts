import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Recommendation } from '../../src/api/recommendation.ts'
import { API_VERSION } from '../../src/api/vocabulary.ts'
import { type FileStore, openFileStore } from '../../src/recommendations/file-store.ts'

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function opened(t: TestContext, folder: string): Promise<FileStore> {
  const store = await openFileStore(folder)
  t.after(() => store.close())
  return store
}

function recommendation(name = 'deployment-checkout', { namespace = 'shop', request = '100m' } = {}): Recommendation {
  const learned = {
    revision: 1,
    time: '2026-01-05T00:00:00.000Z',
    source: 'observed' as const,
    goal: 'balanced' as const,
    containers: [{ name: 'app', cpu: { request }, memory: { request: '64Mi', limit: '96Mi', confidence: 0.9 } }],
  }
  return {
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace, name },
    spec: { workload: { kind: 'Deployment', name: 'checkout' } },
    status: { learned, applied: learned },
  }
}

describe('file store', () => {
  test('gives back what was put into it, also after it was closed and opened again', async (t) => {
    const folder = temporaryFolder(t)
    const stored = ['deployment-cart', 'deployment-checkout', 'statefulset-redis'].map((name) => recommendation(name))
    const store = await openFileStore(folder)
    for (const one of stored) await store.put(one)
    assert.deepEqual(await store.list(), { recommendations: stored, problems: [] })
    await store.close()
    assert.deepEqual(await (await opened(t, folder)).list(), { recommendations: stored, problems: [] })
  })

  test('is empty in a folder that does not exist yet, and makes it', async (t) => {
    const store = await opened(t, join(temporaryFolder(t), 'a', 'b'))
    assert.deepEqual(await store.list(), { recommendations: [], problems: [] })
    assert.equal(await store.loadState(), undefined)
  })

  test('replaces the one of the same name, and keeps namespaces apart', async (t) => {
    const store = await opened(t, temporaryFolder(t))
    const [first, second] = [recommendation(), recommendation(undefined, { request: '250m' })]
    const elsewhere = recommendation(undefined, { namespace: 'platform' })
    await store.put(first)
    await store.put(elsewhere)
    await store.put(second)
    assert.deepEqual((await store.list()).recommendations, [elsewhere, second])
  })

  test('of many writes to one name, the last one asked for stays', async (t) => {
    const store = await opened(t, temporaryFolder(t))
    const writes = Array.from({ length: 40 }, (_, i) => recommendation(undefined, { request: `${i + 1}m` }))
    await Promise.all(writes.map((one) => store.put(one)))
    assert.deepEqual(await store.list(), { recommendations: [writes.at(-1)], problems: [] })
  })

  test('deletes one, and says whether there was one', async (t) => {
    const store = await opened(t, temporaryFolder(t))
    await store.put(recommendation())
    assert.equal(await store.delete('shop', 'deployment-checkout'), true)
    assert.equal(await store.delete('shop', 'deployment-checkout'), false)
    assert.deepEqual((await store.list()).recommendations, [])
  })

  test("keeps the learner's state to the byte", async (t) => {
    const folder = temporaryFolder(t)
    const state = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)
    const store = await openFileStore(folder)
    await store.saveState(new Uint8Array(200_000))
    await store.saveState(state)
    await store.close()
    assert.ok(Buffer.from(state).equals((await (await opened(t, folder)).loadState())!))
  })

  test('every combination of names gets a separate file inside the folder', async (t) => {
    const outer = temporaryFolder(t)
    const folder = join(outer, 'store')
    const store = await opened(t, folder)
    const name = fc.oneof(
      fc.constantFrom(
        '.',
        '..',
        '../..',
        '../../escape',
        '/etc/passwd',
        'a/b',
        'A',
        'a',
        'a.b',
        'a\0b',
        'C:\\x',
        'ü',
        '_',
      ),
      fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
      fc.stringMatching(/^[a-z0-9.-]{240,253}$/),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(name, name), { maxLength: 8, selector: JSON.stringify }),
        async (pairs) => {
          const stored = pairs.map(([namespace, name]) => recommendation(name, { namespace }))
          for (const one of stored) await store.put(one)
          const { recommendations, problems } = await store.list()
          const sorted = (all: readonly Recommendation[]) => all.map((one) => JSON.stringify(one.metadata)).sort()
          assert.deepEqual(problems, [])
          assert.deepEqual(sorted(recommendations), sorted(stored))
          const deleted = await Promise.all(pairs.map(([namespace, name]) => store.delete(namespace, name)))
          assert.ok(deleted.every((existed) => existed))
        },
      ),
      { numRuns: 40 },
    )
    assert.deepEqual(readdirSync(outer), ['store'])
    assert.deepEqual(readdirSync(join(folder, 'recommendations')), [])
  })

  test('names may be as long as Kubernetes lets them be', async (t) => {
    const store = await opened(t, temporaryFolder(t))
    const stored = ['a', 'b'].map((end) => recommendation('n'.repeat(252) + end, { namespace: 'n'.repeat(63) }))
    for (const one of stored) await store.put(one)
    assert.deepEqual((await store.list()).problems, [])
    assert.equal((await store.list()).recommendations.length, 2)
  })

  test('can be listed while it is written to and deleted from', async (t) => {
    const store = await opened(t, temporaryFolder(t))
    const names = Array.from({ length: 20 }, (_, i) => `deployment-${i}`)
    const writing = Promise.all(names.map((name) => store.put(recommendation(name))))
      .then(() => Promise.all(names.map((name) => store.delete('shop', name))))
      .then(() => true)
    while (!(await Promise.race([writing, store.list().then(() => false)]))) {
      assert.deepEqual((await store.list()).problems, [])
    }
  })

  test('a plain name is the name of its file', async (t) => {
    const folder = temporaryFolder(t)
    const store = await opened(t, folder)
    await store.put(recommendation('deployment-checkout.v2'))
    assert.deepEqual(readdirSync(join(folder, 'recommendations')), ['shop.deployment-checkout.v2.json'])
  })

  test('reports a damaged or foreign file with its path and the reason, and reads the rest', {
    timeout: 30_000,
  }, async (t) => {
    const folder = temporaryFolder(t)
    const store = await opened(t, folder)
    await store.put(recommendation())
    const inside = (name: string) => join(folder, 'recommendations', name)
    const good = readFileSync(inside('shop.deployment-checkout.json'), 'utf8')
    writeFileSync(inside('shop.cut.json'), good.slice(0, 100))
    writeFileSync(inside('shop.empty.json'), '')
    writeFileSync(inside('shop.other.json'), good)
    writeFileSync(inside('shop.future.json'), good.replace('v1alpha1', 'v9'))
    writeFileSync(inside('shop.odd.json'), good.replace('"64Mi"', '"lots"'))
    writeFileSync(inside('shop.bytes.json'), Buffer.from([0xff, 0xfe, 0x00]))
    writeFileSync(inside('shop.huge.json'), ' '.repeat((1 << 20) + 1))
    writeFileSync(inside('README'), 'hello')
    mkdirSync(inside('shop.folder.json'))
    symlinkSync('/etc/passwd', inside('shop.link.json'))
    execFileSync('mkfifo', [inside('shop.pipe.json')])

    const { recommendations, problems } = await store.list()
    assert.deepEqual(recommendations, [recommendation()])
    const expected: [string, RegExp][] = [
      ['README', /^is not one of the store's files, which end in \.json$/],
      ['shop.bytes.json', /^cannot be read: /],
      ['shop.cut.json', /^is not JSON: /],
      ['shop.empty.json', /^is not JSON: /],
      ['shop.folder.json', /^cannot be read: it is not a regular file$/],
      ['shop.future.json', /^is not a Recommendation: .*plimsoll\.dev\/v1alpha1.*apiVersion/s],
      ['shop.huge.json', /^cannot be read: it has 1048577 bytes, more than 1048576$/],
      ['shop.link.json', /^cannot be read: it is a symbolic link$/],
      ['shop.odd.json', /^is not a Recommendation: .*memory\.request/s],
      ['shop.other.json', /^holds shop\/deployment-checkout, which belongs in shop\.deployment-checkout\.json$/],
      ['shop.pipe.json', /^cannot be read: it is not a regular file$/],
    ]
    assert.deepEqual(
      problems.map(({ path }) => path),
      expected.map(([name]) => inside(name)),
    )
    for (const [i, [name, reason]] of expected.entries()) assert.match(problems[i]!.reason, reason, name)
  })

  test('refuses what it could not read back', async (t) => {
    const store = await opened(t, temporaryFolder(t))
    await assert.rejects(store.put({ ...recommendation(), kind: 'Pod' } as unknown as Recommendation), /Recommendation/)
    const bloated = recommendation()
    bloated.metadata.annotations = { note: 'x'.repeat(1 << 20) }
    await assert.rejects(store.put(bloated), /shop\/deployment-checkout takes more than 1048576 bytes/)
    await assert.rejects(store.saveState(new Uint8Array((128 << 20) + 1)), /more than 134217728/)
    assert.deepEqual(await store.list(), { recommendations: [], problems: [] })
  })

  test('a write that fails leaves the old content, no leftovers, and the store usable', async (t) => {
    const folder = temporaryFolder(t)
    const store = await opened(t, folder)
    mkdirSync(join(folder, 'recommendations', 'shop.deployment-checkout.json'))
    await assert.rejects(store.put(recommendation()), { code: 'EISDIR' })
    assert.deepEqual(readdirSync(join(folder, 'recommendations')), ['shop.deployment-checkout.json'])
    await store.put(recommendation('deployment-cart'))
    assert.equal((await store.list()).recommendations.length, 1)
  })

  test('removes what an interrupted write left behind, and nothing else', async (t) => {
    const folder = temporaryFolder(t)
    const store = await openFileStore(folder)
    await store.put(recommendation())
    await store.close()
    writeFileSync(join(folder, 'recommendations', 'shop.deployment-checkout.json.tmp'), '{"apiVer')
    writeFileSync(join(folder, 'learner.state.tmp'), 'PLSL')
    assert.deepEqual(await (await opened(t, folder)).list(), { recommendations: [recommendation()], problems: [] })
    assert.deepEqual(readdirSync(join(folder, 'recommendations')), ['shop.deployment-checkout.json'])
    assert.ok(!readdirSync(folder).includes('learner.state.tmp'))
  })

  test('waits for what is being written when it closes, and writes nothing after that', async (t) => {
    const folder = temporaryFolder(t)
    const store = await openFileStore(folder)
    const writing = store.put(recommendation())
    await store.close()
    assert.deepEqual(readdirSync(join(folder, 'recommendations')), ['shop.deployment-checkout.json'])
    await writing
    await assert.rejects(store.put(recommendation()), /the store is closed/)
    assert.deepEqual(readdirSync(folder).sort(), ['recommendations'])
  })
})

/** A process that has the store open, from the moment `started` resolves. */
async function holder(t: TestContext, folder: string): Promise<ChildProcess> {
  const script = `import { openFileStore } from ${JSON.stringify(import.meta.resolve('../../src/recommendations/file-store.ts'))}
    await openFileStore(process.argv[1]); console.log('open'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout!, 'data')
  return child
}

describe('lock of the file store', () => {
  test('a second process is told who has it open; once that one is dead, it may', async (t) => {
    const folder = temporaryFolder(t)
    const child = await holder(t, folder)
    if (existsSync('/proc/self/stat'))
      assert.match(readdirSync(folder).join(), new RegExp(`lock\\.${child.pid}\\.[1-9]`), 'with its start time')
    await assert.rejects(openFileStore(folder), {
      name: 'LockedError',
      message: `${folder} is in use by process ${child.pid}: stop that process, or use another folder`,
    })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await opened(t, folder)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes(String(child.pid))),
      [],
    )
  })

  test('the same process cannot open it twice at once', async (t) => {
    const folder = temporaryFolder(t)
    const store = await openFileStore(folder)
    await assert.rejects(openFileStore(folder), /is already open in this process/)
    await store.close()
    await opened(t, folder)
  })

  test('a pid that has been given to another process since does not count', async (t) => {
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, `lock.${process.ppid}.1`), '')
    await opened(t, folder)
    assert.ok(!readdirSync(folder).includes(`lock.${process.ppid}.1`))
  })

  test('without a start time, a live pid counts and a dead one does not', async (t) => {
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, `lock.${process.ppid}.0`), '')
    await assert.rejects(openFileStore(folder), new RegExp(`in use by process ${process.ppid}`))
    rmSync(join(folder, `lock.${process.ppid}.0`))
    writeFileSync(join(folder, 'lock.4194305.0'), '') // above Linux' highest pid
    await opened(t, folder)
  })

  test('of many that open it at the same moment, at most one gets in', async (t) => {
    const folder = temporaryFolder(t)
    const script = `import { openFileStore } from ${JSON.stringify(import.meta.resolve('../../src/recommendations/file-store.ts'))}
      while (Date.now() < Number(process.argv[2])) {}
      await openFileStore(process.argv[1]).then(() => console.log('in'), (error) => console.log(error.name))
      setInterval(() => {}, 1000)`
    const together = String(Date.now() + 600)
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script, folder, together], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    t.after(() => {
      for (const child of children) child.kill('SIGKILL')
    })
    const answers = await Promise.all(
      children.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()),
    )
    const inside = answers.filter((answer) => answer === 'in').length
    assert.ok(inside <= 1, answers.join())
    assert.equal(answers.filter((answer) => answer === 'LockedError').length, 4 - inside)
  })
})
