// Texts of other servers and of people: only errors that the readers declare may come out of them.
import { globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { HistoryError, OWNER_METRICS, PodOwners } from '../../src/history/index.ts'
import { malformed, parseObject } from '../../src/kube/answer.ts'
import { errorOfAnswer, KubeError } from '../../src/kube/errors.ts'
import { isTable, TableReader } from '../../src/kube/table.ts'
import { parseWatchEvent } from '../../src/kube/watch-event.ts'
import { parseAmounts, parseEnvelope, parseMatrix } from '../../src/prometheus/answer.ts'
import { failureOf } from '../../src/prometheus/failures.ts'
import { podOf } from '../../src/readers/manifests/controllers.ts'
import { parseManifests } from '../../src/readers/manifests/manifests.ts'
import { type Damage, damaged, damages, type Mutation, mutate, mutations } from './mutations.ts'
import type { Target } from './target.ts'

interface Case {
  readonly format: Format
  readonly ofValue: Mutation[]
  readonly ofText: Damage[]
}

interface Format {
  readonly name: string
  /** Texts, or JSON values that are mutated before they become texts. */
  readonly samples: string | object
  /** Reads a text. */
  readonly read: (text: string) => void
  /** Errors that reading may throw. */
  readonly errors: readonly (new (
    ...of: never[]
  ) => Error)[]
}

const ASKED = 'GET /x'
const CIRCUMSTANCES = { newUid: () => 'uid', nowSeconds: 1_800_000_000 }
/** Longer texts have separate bounds. */
const MAX_CHARACTERS = 64 * 1024

const labels = {
  namespace: 'shop',
  pod: 'web-0',
  owner_kind: 'StatefulSet',
  owner_name: 'web',
  owner_is_controller: 'true',
}
const answerOf = (resultType: string, fields: object) => ({
  status: 'success',
  data: { resultType, result: [{ metric: labels, ...fields }] },
})
const table = {
  kind: 'Table',
  metadata: { resourceVersion: '7' },
  columnDefinitions: [{ name: 'Name', format: 'name' }, { name: 'Namespace' }],
  rows: [{ cells: ['web', 'shop'] }],
}

const prometheus = (samples: object): Format => ({
  name: 'Prometheus',
  samples,
  read: readPrometheus,
  errors: [HistoryError],
})
const kubernetes = (samples: object): Format => ({
  name: 'Kubernetes',
  samples,
  read: readKubernetes,
  errors: [KubeError],
})

const FORMATS: readonly Format[] = [
  prometheus(
    answerOf('matrix', {
      values: [
        [1, '0.5'],
        [2, 'NaN'],
      ],
    }),
  ),
  prometheus(answerOf('vector', { value: [1, '0.5'] })),
  prometheus({ status: 'error', errorType: 'execution', error: 'query timed out', warnings: ['partial'] }),
  kubernetes({ type: 'MODIFIED', object: { metadata: { name: 'web', resourceVersion: '7' } } }),
  kubernetes({ type: 'ADDED', object: table }),
  kubernetes({
    type: 'ERROR',
    object: { kind: 'Status', code: 410, reason: 'Expired', details: { causes: [{ reason: 'x' }] } },
  }),
  ...globSync('examples/*.yaml').map(
    (file): Format => ({
      ...{ name: file, samples: readFileSync(file, 'utf8'), errors: [] },
      read: (text) => {
        for (const manifest of parseManifests(text, file).manifests) podOf(manifest, CIRCUMSTANCES)
      },
    }),
  ),
]

export const answers: Target<Case> = {
  name: 'answers',
  count: 3000,
  cases: fc.record({ format: fc.constantFrom(...FORMATS), ofValue: mutations(3), ofText: damages }),
  check: (input) => {
    const { read, errors } = input.format
    try {
      read(textOf(input))
    } catch (error) {
      if (!errors.some((type) => error instanceof type)) throw error
    }
  },
  show: (input) => ({ format: input.format.name, text: textOf(input) }),
}

function textOf({ format: { samples }, ofValue, ofText }: Case): string {
  const value = typeof samples === 'string' ? samples : structuredClone(samples)
  if (typeof value !== 'string') mutate({ value }, ofValue)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return damaged(Buffer.from(text), ofText).toString().slice(0, MAX_CHARACTERS)
}

function readPrometheus(text: string): void {
  const envelope = parseEnvelope(text)
  for (const status of [200, 302, 401, 422, 503])
    failureOf('a store', { status, contentType: '', location: text, text, askedMilliseconds: undefined })
  parseMatrix(envelope?.data)
  const owners = new PodOwners()
  for (const { labels: found } of parseAmounts(envelope?.data) ?? [])
    for (const metric of OWNER_METRICS) owners.add(metric, found)
}

function readKubernetes(text: string): void {
  const reader = new TableReader(['Name', 'Namespace'])
  const { object } = parseWatchEvent(ASKED, text, reader)
  if (!isTable(object)) parseObject(ASKED, JSON.stringify(object))
  for (const status of [403, 410, 422, 500]) errorOfAnswer(ASKED, { status, text, retryAfter: '1' })
  malformed(ASKED, text)
}
