// Inputs that people keep, read by the program itself, with the outcomes of ../shared/field/README.md.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Plimsoll } from '../commands/plimsoll.ts'
import { CLUSTER_CASES, FIELD, noField, STORE_CASES, tellSkipped } from './folder.ts'

const skip = noField ?? false
tellSkipped('files.test.ts', noField)

async function report(...args: string[]) {
  const run = new Plimsoll(['report', ...args, '-o', 'csv'])
  return { code: await run.exitCode, out: run.stdout, told: run.stderr.replaceAll(/\s+/g, ' ') }
}
const ofHistory = (file: string, ...args: string[]) => report('--history', join(FIELD, 'histories', file), ...args)
let reference: ReturnType<typeof report> | undefined
/** The report of reference.csv, which many others must equal. */
const ofReference = () => {
  reference ??= ofHistory('reference.csv')
  return reference
}

/** Numbers of a CSV, for a comparison up to rounding. */
function isNear(text: string, other: string, share: number): boolean {
  const [cells, others] = [text, other].map((one) => one.split(/[,\n]/))
  return (
    cells!.length === others!.length && cells!.every((cell, i) => cell === others![i] || near(cell, others![i]!, share))
  )
}

function near(cell: string, other: string, share: number): boolean {
  const [a, b] = [Number(cell), Number(other)]
  return Math.abs(a - b) <= share * Math.max(Math.abs(a), Math.abs(b))
}

const SAME: readonly (readonly [file: string, says: RegExp])[] = [
  ['semicolon-decimal-comma.csv', /Fields are separated by semicolons\. Numbers have decimal commas\./],
  ['excel-utf16-tab.csv', /in UTF-16LE\. Fields are separated by tabs\./],
  ['capital-header-spaces.csv', /"Cpu Cores" as cpu_cores/],
  ['iso-without-zone.csv', /read as UTC; set --time-zone/],
  ['newest-first.csv', /not in order of time/],
  ['overlapping-exports.csv', /Of 2,328 rows, these were left out: 600 repeat others\./],
  ['one-from-the-future.csv', /1 is in the future\. line 1730: its time, 2028-10-21T00:00:00\.000Z/],
]
for (const [file, says] of SAME) {
  test(`${file} gives the rows of reference.csv, and what was assumed is said once`, { skip }, async () => {
    const [reference, its] = await Promise.all([ofReference(), ofHistory(file)])
    assert.deepEqual([reference.code, reference.told], [0, ''])
    assert.equal(its.code, 0)
    assert.equal(its.out, reference.out)
    assert.equal(its.told.match(new RegExp(says, 'g'))?.length, 1, its.told)
  })
}

test('quantities and gaps give the rows of reference.csv up to rounding', { skip }, async () => {
  const reference = await ofReference()
  const quantities = await ofHistory('quantities.csv')
  assert.ok(isNear(quantities.out, reference.out, 0.02))
  assert.match(quantities.told, /have units, such as "200m"/)
  const gaps = await ofHistory('gaps.csv')
  assert.ok(isNear(gaps.out, reference.out, 0.01), gaps.out)
  assert.match(gaps.told, /have no value\./)
  assert.doesNotMatch(gaps.told, /could not be used/)
})

test('replicas that share a name are refused with the options that tell them apart, or are several Pods', {
  skip,
}, async () => {
  const refused = await ofHistory('replicas-without-pod-column.csv')
  assert.equal(refused.code, 1)
  assert.match(refused.told, /several Pods seem to share its name\..*--columns pod=NAME.*--same-time pods/)
  const pods = await ofHistory('replicas-without-pod-column.csv', '--same-time', 'pods')
  assert.deepEqual([pods.code, pods.out.match(/^(shop|batch),Deployment,\w+,\w+,2,/gm)?.length], [0, 3])
})

test('the report ends before a sample from the future', { skip }, async () => {
  const run = new Plimsoll(['report', '--history', join(FIELD, 'histories/one-from-the-future.csv'), '-o', 'json'])
  assert.equal(await run.exitCode, 0)
  const { window, workloads } = JSON.parse(run.stdout)
  assert.equal(window.to, '2026-11-22T23:55:00.000Z')
  assert.equal(workloads.length, 3)
})

const MANIFESTS: readonly (readonly [file: string, shown: RegExp, told: RegExp, code?: number])[] = [
  ['generate-name.yaml', /shop,Deployment,web,web,1,.*shop,Job,migrate,migrate,/s, /^$/],
  ['rollout-workloadref.yaml', /shop,Rollout,web,web,3,,balanced,0\.5,/, /^$/],
  [
    'same-kind-other-group.yaml',
    /shop,Deployment,web,web,1,/,
    /^(Skipped \S+:\d+: "(Job\.batch\.volcano\.sh|Rollout\.rollouts\.kruise\.io|Pod\.serving\.kserve\.io)": Plimsoll does not know how this kind creates Pods ?){3}$/,
  ],
  ['chart', /^$/, /a chart that is not rendered: give what `helm template` prints/, 1],
  ['null-bits.yaml', /shop,Deployment,web,web,1,,balanced,,,/, /^$/],
  ['utf16-powershell.yaml', /shop,Deployment,web,web,2,,balanced,1,/, /^$/],
  [
    'helm-notes.yaml',
    /shop,Deployment,web,web,2,,balanced,1,/,
    /^Skipped \S+:1: not a Kubernetes object: it has no kind $/,
  ],
]
for (const [file, shown, told, code = 0] of MANIFESTS) {
  test(`the manifests ${file} are shown as far as they are understood, and the rest is named`, { skip }, async () => {
    const its = await ofHistory('reference.csv', '--pods', join(FIELD, 'manifests', file))
    assert.deepEqual([its.code, shown.test(its.out), told.test(its.told)], [code, true, true], its.out + its.told)
  })
}

test('strict ends the run at an odd row or document, with exit code 1', async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-strict-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [history, pods] = [join(folder, 'history.csv'), join(folder, 'pods.yaml')]
  const rows = Array.from({ length: 50 }, (_, i) => `web,${1_700_000_000 + 300 * i},0.5,100000000\n`).join('')
  writeFileSync(history, `workload,timestamp,cpu_cores,memory_bytes\n${rows}`)
  writeFileSync(pods, 'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n---\na: [\n')
  assert.equal((await report('--history', history, '--pods', pods)).code, 0)
  const strict = await report('--history', history, '--pods', pods, '--strict')
  assert.deepEqual([strict.code, strict.out], [1, ''])
  assert.match(strict.told, /without --strict, they are skipped\): \S+pods\.yaml:\d+: not YAML/)
  writeFileSync(history, `workload,timestamp,cpu_cores,memory_bytes\n${rows}web,never,1,1\n`)
  assert.equal((await report('--history', history)).code, 0)
  assert.equal((await report('--history', history, '--strict')).code, 1)
})

test('every file of the folder has a test', { skip }, () => {
  const of = (folder: string) => readdirSync(join(FIELD, folder)).sort()
  const histories = [...SAME.map(([file]) => file), 'reference.csv', 'quantities.csv', 'gaps.csv']
  assert.deepEqual(of('histories'), [...histories, 'replicas-without-pod-column.csv'].sort())
  assert.deepEqual(of('manifests'), MANIFESTS.map(([file]) => file).sort())
  assert.deepEqual(of('prometheus'), [...STORE_CASES, 'om.py', 'serve'].sort())
  assert.deepEqual(of('cluster'), [...CLUSTER_CASES].sort())
  assert.deepEqual(of('.'), ['README.md', 'cluster', 'histories', 'manifests', 'prometheus'])
})
