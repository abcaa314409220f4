import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { selfIssuedCertificate } from '../../src/certificates/index.ts'
import { writeFileAtomically } from '../../src/recommendations/atomic-file.ts'
import { openFileStore } from '../../src/recommendations/file-store.ts'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'plimsoll-atomic-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

test("somebody else's link at the path of a temporary file is not followed", async (t) => {
  const path = await folder(t)
  await writeFile(join(path, 'victim'), 'precious')
  await symlink(join(path, 'victim'), join(path, 'file.tmp'))
  await writeFileAtomically(join(path, 'file'), 'new')
  assert.equal(await readFile(join(path, 'victim'), 'utf8'), 'precious')
  assert.equal(await readFile(join(path, 'file'), 'utf8'), 'new')
  assert.deepEqual((await readdir(path)).sort(), ['file', 'victim'])
})

test('folders for keys and recommendations are closed to others, even if they existed before', async (t) => {
  const path = await folder(t)
  const keys = join(path, 'tls')
  for (const before of [keys, join(path, 'data', 'recommendations')]) {
    await mkdir(before, { recursive: true })
    await chmod(before, 0o777)
  }
  await selfIssuedCertificate(keys, ['127.0.0.1'], Date.now())
  await (await openFileStore(join(path, 'data'))).close()
  for (const after of [keys, join(path, 'data', 'recommendations')]) {
    assert.equal((await stat(after)).mode & 0o777, 0o700, after)
  }
})
