// Started by file-store-kill.test.ts: writes as fast as it can and says on stdout what the store has acknowledged.
import { writeSync } from 'node:fs'
import type { Recommendation } from '../../src/api/recommendation.ts'
import { API_VERSION } from '../../src/api/vocabulary.ts'
import { openFileStore } from '../../src/recommendations/file-store.ts'

export const WORKLOADS = ['cart', 'checkout', 'search']
const STATE_BYTES = 200_000

/** Large enough that no write of it is done in one go; the revision is at its beginning and at its end. */
export function written(name: string, revision: number): Recommendation {
  const containers = Array.from({ length: 64 }, (_, i) => ({ name: `c${i}`, cpu: { request: `${revision}m` } }))
  const values = { revision, time: '2026-01-05T00:00:00Z', source: 'observed', goal: 'balanced', containers } as const
  const copied = () => ({ ...values, containers: [...containers] })
  return {
    apiVersion: API_VERSION,
    kind: 'Recommendation',
    metadata: { namespace: 'shop', name: `deployment-${name}` },
    spec: { workload: { kind: 'Deployment', name } },
    status: { learned: copied(), applied: copied(), lastGood: copied() },
  }
}

/** `revision` over and over. */
export function writtenState(revision: number): Uint8Array {
  return new Uint8Array(new Uint32Array(STATE_BYTES / 4).fill(revision).buffer)
}

async function writeForEver(folder: string): Promise<never> {
  const store = await openFileStore(folder)
  const { recommendations } = await store.list()
  const state = await store.loadState()
  const goOn = async (name: string, last: number, write: (revision: number) => Promise<void>) => {
    for (let revision = last + 1; ; revision++) {
      await write(revision)
      writeSync(1, `${name} ${revision}\n`)
    }
  }
  await Promise.all([
    ...WORKLOADS.map((name) => {
      const stored = recommendations.find(({ metadata }) => metadata.name === `deployment-${name}`)
      return goOn(name, stored?.status?.learned?.revision ?? 0, (revision) => store.put(written(name, revision)))
    }),
    goOn(
      'state',
      state?.[0] === undefined ? 0 : new DataView(state.buffer, state.byteOffset).getUint32(0, true),
      (revision) => store.saveState(writtenState(revision)),
    ),
  ])
  throw new Error('unreachable')
}

const [, program, folder] = process.argv
if (program === import.meta.filename && folder !== undefined) await writeForEver(folder)
