import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type LearningFigures,
  renderAnswer,
  renderClosing,
  renderFigures,
  renderIntroduction,
  renderNotes,
  renderSent,
} from '../../../src/commands/start/narration.ts'
import { reportOf } from '../../../src/commands/start/report.ts'
import { PLAIN } from '../../../src/commands/terminal/text.ts'
import { DEFAULT_PRICES } from '../../../src/config/index.ts'
import type { ChosenHistory } from '../../../src/readers/history/choose.ts'
import { admit, exampleManifests } from './cases.ts'
import { LEARNED } from './learned.ts'

const WIDE = { ...PLAIN, columns: 1_000 }
const FIGURES: LearningFigures = {
  workloads: 163,
  recommended: 163,
  samples: 2_590_579,
  ignored: 0,
  seconds: 3.76,
  peakRssBytes: 137_498_624,
}

test('the figures of learning say how many workloads and samples, how long, and how much memory', () => {
  assert.equal(
    renderFigures(FIGURES, WIDE),
    'Learned 163 workloads from 2,590,579 samples in 3.8 s, peak RSS 137 MB.\n',
  )
})

test('samples that were left out are reported', () => {
  const text = renderFigures({ ...FIGURES, ignored: 1, recommended: 160 }, WIDE)
  assert.match(text, /^1 sample was invalid and left out\.$/m)
  assert.match(text, /^3 workloads with less than a day of history, .*: nothing is recommended\.$/m)
})

test('the recording is introduced with what it is, and another history by its name', () => {
  const introduction = (history: object) => renderIntroduction(history as ChosenHistory, WIDE)
  assert.match(introduction({ source: { name: 'file x' }, origin: 'a recording' }), /^Learning from a recording …$/m)
  assert.match(introduction({ source: { name: 'file usage.csv.gz' } }), /^Learning from file usage\.csv\.gz …$/m)
})

test('the number of changed Pods is printed, and so is that requests are unknown', () => {
  const cases = admit(exampleManifests(), LEARNED)
  const url = 'https://127.0.0.1:8443/mutate/auto'
  const known = renderSent(cases, url, undefined, WIDE)
  assert.equal(known, `\nSent 10 Pods to ${url} as kube-apiserver would: 7 changed.\n\n`)
  assert.match(
    renderSent(cases, url, 163, WIDE),
    /does not say what its workloads request.*10 that need most, out of 163/,
  )
})

test('the notes say where prices come from, and what is not in the sum', () => {
  const report = reportOf(admit(exampleManifests(), LEARNED), DEFAULT_PRICES)
  const notes = renderNotes(report, DEFAULT_PRICES, WIDE)
  assert.match(notes, /\$0\.03 a core and \$0\.004 a GiB, about the list price of on-demand machines/)
  assert.match(notes, /DaemonSet counts for one node\. A CronJob reserves only while it runs/)
  const own = renderNotes({ ...report, rows: [] }, { coreHour: 0.02, gibHour: 0.004 }, WIDE)
  assert.equal(own, '\nMoney: all replicas, 730 hours a month at $0.02 a core and $0.004 a GiB, as given.\n')
})

test('the closing says how to send a Pod, with paths quoted where a shell needs it', () => {
  const closing = renderClosing(
    {
      url: 'https://127.0.0.1:8443/mutate/auto',
      opsUrl: 'http://127.0.0.1:8444',
      dashboard: 'http://127.0.0.1:8445/#token=abc',
      caFile: "/home/o'neil/my data/tls/ca.crt",
      reviewFile: '.plimsoll/reviews/shop-deployment-cart.json',
      command: 'npm start --',
    },
    PLAIN,
  )
  assert.ok(closing.includes(String.raw`--cacert '/home/o'\''neil/my data/tls/ca.crt' `), closing)
  assert.ok(closing.includes('--data-binary @.plimsoll/reviews/shop-deployment-cart.json \\\n'), closing)
  assert.ok(closing.includes('npm start -- --history usage.csv.gz'), closing)
  assert.ok(closing.includes('the link works once:\n  http://127.0.0.1:8445/#token=abc\n'), closing)
})

test('each answer is described in words, with every change to the spec', () => {
  const patch = [
    { op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: '342m' },
    { op: 'add', path: '/spec/containers/0/resources/limits', value: { memory: '384Mi' } },
    { op: 'add', path: '/metadata/annotations', value: { 'plimsoll.dev/decision': '{}' } },
  ]
  const kind = { group: '', version: 'v1', kind: 'Pod' }
  const request = {
    uid: 'uid',
    kind,
    operation: 'CREATE',
    namespace: 'shop',
    object: { metadata: { generateName: 'cart-' } },
  }
  const response = {
    uid: 'uid',
    allowed: true,
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
    auditAnnotations: { reasons: 'Applied' },
  } as const
  assert.equal(
    renderAnswer(request, response),
    `Pod shop/cart-…: 3 changes (Applied)
  replace /spec/containers/0/resources/requests/cpu 342m
  add /spec/containers/0/resources/limits {"memory":"384Mi"}
`,
  )
  const untouched = { uid: 'uid', allowed: true, auditAnnotations: { reasons: 'NoWorkload' } } as const
  assert.equal(
    renderAnswer({ ...request, object: { metadata: { name: 'a\u001B[2J' } } }, untouched),
    'Pod shop/a?[2J: not changed (NoWorkload)\n',
  )
})
