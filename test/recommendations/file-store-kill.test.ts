import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as after } from 'node:timers/promises'
import { openFileStore } from '../../src/recommendations/file-store.ts'
import { runs } from '../support/arbitraries.ts'
import { WORKLOADS, written, writtenState } from './file-store-writer.ts'

const LANES = 2
const KILLS = LANES * runs(8)
const WRITER = join(import.meta.dirname, 'file-store-writer.ts')

/** Lets a writer run for a while after its first acknowledgement, kills it, and returns its last acknowledgement. */
async function writeAndKill(
  folder: string,
  milliseconds: number,
  env: NodeJS.ProcessEnv,
): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [WRITER, folder], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const closed = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), closed])
  await after(milliseconds)
  child.kill('SIGKILL')
  const [, signal] = await closed
  assert.equal(signal, 'SIGKILL', 'the writer continued until it was killed')
  const lines = said.split('\n').slice(0, -1) // the last one may be cut
  return new Map(lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]))
}

async function survivesKills(folder: string, kills: number, env: NodeJS.ProcessEnv): Promise<number> {
  const acknowledged = new Map<string, number>()
  let leftovers = 0
  for (let kill = 0; kill < kills; kill++) {
    for (const [name, revision] of await writeAndKill(folder, Math.random() * 30, env)) acknowledged.set(name, revision)
    const temporaryFiles = () =>
      readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.tmp'))
    leftovers += temporaryFiles().length

    const store = await openFileStore(folder)
    assert.deepEqual(temporaryFiles(), [])
    const { recommendations, problems } = await store.list()
    assert.deepEqual(problems, [])
    for (const name of WORKLOADS) {
      const stored = recommendations.find(({ metadata }) => metadata.name === `deployment-${name}`)
      const revision = stored?.status?.learned?.revision ?? 0
      if (stored) assert.equal(JSON.stringify(stored), JSON.stringify(written(name, revision)), 'the object is whole')
      assertReached(name, revision)
    }
    const state = await store.loadState()
    const revision = state ? new DataView(state.buffer, state.byteOffset).getUint32(0, true) : 0
    if (state) assert.ok(Buffer.from(writtenState(revision)).equals(state), 'the state is whole')
    assertReached('state', revision)
    await store.close()
  }
  return leftovers

  /** What was acknowledged is stored; one more write may be, if it was done but not acknowledged yet. */
  function assertReached(name: string, revision: number): void {
    const last = acknowledged.get(name) ?? 0
    assert.ok(revision === last || revision === last + 1, `${name}: acknowledged ${last}, found ${revision}`)
    acknowledged.set(name, revision)
  }
}

test(`a store survives kill -9 at any moment (${KILLS} kills)`, { timeout: 300_000 }, async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'plimsoll-kill-'))
  t.after(() => rmSync(base, { recursive: true, force: true }))
  // Compiled once, so that the writers start twice as fast.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(base, 'compiled') }
  execFileSync(process.execPath, [WRITER], { env })

  const lanes = Array.from({ length: LANES }, (_, lane) =>
    survivesKills(join(base, `lane-${lane}`), KILLS / LANES, env),
  )
  const interrupted = (await Promise.all(lanes)).reduce((sum, leftovers) => sum + leftovers, 0)
  t.diagnostic(`${KILLS} kills interrupted ${interrupted} writes`)
  assert.ok(interrupted > 0, 'no kill hit a write: the test proves nothing')
})
