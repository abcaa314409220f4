import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recommendation } from '../../../src/api/index.ts'
import type { Case } from '../../../src/commands/start/report.ts'
import { DEFAULT_POLICY, type Pod, type ReasonCode } from '../../../src/policy/index.ts'
import { podOf } from '../../../src/readers/manifests/controllers.ts'
import type { Manifest } from '../../../src/readers/manifests/manifest.ts'
import { parseManifests } from '../../../src/readers/manifests/manifests.ts'
import { Snapshot } from '../../../src/recommendations/index.ts'
import { createAdmit } from '../../../src/webhook/index.ts'
import { identifyWorkload, workloadKey } from '../../../src/workloads/index.ts'
import { applyInPlace } from '../../apply.ts'

const EXAMPLES = join(import.meta.dirname, '../../../examples')

export function exampleManifests(): Manifest[] {
  const files = readdirSync(EXAMPLES)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
  return files.flatMap(
    (file) => parseManifests(readFileSync(join(EXAMPLES, file), 'utf8'), `examples/${file}`).manifests,
  )
}

/** What comes of the manifests' Pods, decided as the webhook does, without a wire between. */
export function admit(manifests: readonly Manifest[], learned: readonly Recommendation[]): Case[] {
  const snapshot = new Snapshot()
  snapshot.replace(learned)
  const answer = createAdmit({ snapshot, policy: () => DEFAULT_POLICY })
  return manifests.map((manifest) => {
    const before = podOf(manifest, { newUid: () => '00000000-0000-4000-8000-000000000000', nowSeconds: 1_767_600_600 })
    const after = structuredClone(before)
    const kind = { group: '', version: 'v1', kind: 'Pod' }
    const object = structuredClone(before)
    const { patch, auditAnnotations } = answer({ uid: 'uid', kind, operation: 'CREATE', object }, 'auto')
    if (patch) applyInPlace(after as Pod, JSON.parse(Buffer.from(patch, 'base64').toString()))
    const key = workloadKey(identifyWorkload(before.metadata)!)
    const found = learned.find(({ metadata, spec }) => workloadKey({ ...metadata, ...spec.workload }) === key)
    return {
      manifest,
      before: before as Pod,
      after: after as Pod,
      reasons: auditAnnotations!.reasons!.split(',') as ReasonCode[],
      learned: found?.status?.applied,
    }
  })
}
