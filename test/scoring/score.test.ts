import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { krr } from '../../src/backtest/peers/krr.ts'
import { vpa } from '../../src/backtest/peers/vpa.ts'
import { fileHistory, inColumns } from '../../src/history/index.ts'
import { type ContainerUsage, containerUsage, type Decision, Scorer } from '../../src/scoring/index.ts'
import { toDecisionsCsv } from '../support/decisions-csv.ts'
import { madeUsage, STEP_SECONDS, turnsOf } from '../support/made-usage.ts'
import { partOfTrace, reference, whyNoReference } from '../support/reference.ts'
import { probe } from './probe.ts'
import { figuresOf, figuresOfReference, rounded } from './reference-score.ts'

const DAY = 86_400
const GOAL = 'savings'

test("the score of generated usage equals the reference's", () => {
  const scorer = new Scorer(madeUsage().map(containerUsage), { cadenceSeconds: DAY, stepSeconds: STEP_SECONDS })
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/scoring/probe.json'), 'utf8'))
  const score = scorer.score((usage) => probe(usage, DAY), GOAL)
  assert.deepEqual(rounded(figuresOf(score)), rounded(figuresOfReference(golden.results.probe)))
})

/** Two weeks, a sample every five minutes, with constant usage. */
function flat(cores: number, bytes: number, days = 14): ContainerUsage {
  const seconds = Float64Array.from({ length: days * 288 }, (_, i) => i * 300)
  const always = (value: number) => ({ seconds, values: new Float64Array(seconds.length).fill(value) })
  return {
    container: { workload: { namespace: 'shop', kind: 'Deployment', name: `${cores}` }, container: 'main' },
    firstSeconds: 0,
    lastSeconds: seconds.at(-1)!,
    cpu: always(cores),
    memory: always(bytes),
  }
}

function decision(more: Partial<Decision> = {}): Decision {
  const unsaid = { cpuConfidence: Number.NaN, memoryConfidence: Number.NaN }
  const values = { cpuRequestCores: 1, memoryRequestBytes: 2 ** 30, memoryLimitBytes: 2 ** 30 }
  return { fromSeconds: 3600, ...values, ...unsaid, ...more }
}

function scoreOf(usage: readonly ContainerUsage[], decisions: readonly Decision[]) {
  return new Scorer(usage, { cadenceSeconds: DAY, stepSeconds: 300 }).score(() => decisions)
}

describe('a score', () => {
  test('counts from a week after the first sample, in core-days and GiB-days', () => {
    const { containerDays, cpu, memory } = scoreOf([flat(0.5, 2 ** 29)], [decision()])
    assert.deepEqual(
      [containerDays, cpu.usedCoreDays, cpu.reservedCoreDays, memory.usedGibDays, memory.reservedGibDays],
      [7, 3.5, 7, 3.5, 7],
    )
  })

  test('is 1 for reserving the peak, and shows how much worse another decision is', () => {
    const exact = scoreOf([flat(1, 2 ** 30)], [decision()])
    assert.equal(exact.cpu.shortShare + exact.memory.oomDays, 0)
    assert.ok(Math.abs(exact.regret.balanced.cpu.composite - 1) < 1e-12)
    const short = scoreOf([flat(1, 2 ** 30)], [decision({ cpuRequestCores: 0.75 })])
    assert.equal(short.cpu.shortShare, 0.25)
    assert.equal(short.cpu.shortDays, 1)
    assert.ok(Math.abs(short.regret.balanced.cpu.composite - (0.75 + 20 * 0.25)) < 1e-12)
  })

  test('counts a day above the limit as one with an OOM kill, and kills that are at least an hour apart', () => {
    const small = decision({ memoryRequestBytes: 2 ** 28, memoryLimitBytes: 2 ** 29 })
    const { memory } = scoreOf([flat(1, 2 ** 30)], [small])
    assert.deepEqual([memory.oomDays, memory.daysAboveRequest, memory.oomKills], [1, 1, 7 * 24])
    const above = scoreOf([flat(1, 2 ** 30)], [decision({ memoryRequestBytes: 2 ** 28 })])
    assert.deepEqual([above.memory.oomDays, above.memory.daysAboveRequest], [0, 1])
  })

  test('slow changes below one per cent count as a change once they add up', () => {
    const creep = Array.from({ length: 13 }, (_, i) => decision({ fromSeconds: i * DAY, cpuRequestCores: 1.006 ** i }))
    assert.equal(scoreOf([flat(0.5, 2 ** 29)], creep).changesPerDay, 2 / 7)
  })

  test('ignores containers with less than a day to judge, and those without a decision in time', () => {
    const late = scoreOf([flat(1, 2 ** 30), flat(1, 2 ** 30, 7)], [decision({ fromSeconds: 8 * DAY })])
    assert.equal(late.containers, 0)
    assert.equal(scoreOf([flat(1, 2 ** 30), flat(1, 2 ** 30, 7)], [decision()]).containers, 1)
  })

  test('judges CPU and memory by their own samples if they have different times', () => {
    const usage = flat(0.5, 2 ** 29)
    const later = { ...usage.memory, seconds: usage.memory.seconds.map((seconds) => seconds + 60) }
    const { cpu, memory } = scoreOf([{ ...usage, memory: later }], [decision()])
    assert.deepEqual([cpu.reservedCoreDays, memory.reservedGibDays], [7, 7])
  })

  test('counts every replica', () => {
    const one = flat(0.5, 2 ** 29)
    const twice = ({ seconds, values }: ContainerUsage['cpu']) => ({
      seconds: Float64Array.from([...seconds].flatMap((at) => [at, at])),
      values: Float64Array.from([...values].flatMap((value) => [value, value])),
    })
    const { cpu, memory } = scoreOf([{ ...one, cpu: twice(one.cpu), memory: twice(one.memory) }], [decision()])
    assert.deepEqual([cpu.reservedCoreDays, memory.reservedGibDays], [14, 14])
  })

  test('confidence is judged by how often decisions held', () => {
    const said = (cpuRequestCores: number, cpuConfidence: number, memoryConfidence: number) =>
      Array.from({ length: 14 }, (_, i) =>
        decision({ fromSeconds: i * DAY, cpuRequestCores, cpuConfidence, memoryConfidence }),
      )
    const { calibration } = scoreOf([flat(0.5, 2 ** 29)], said(0.6, 0.75, 0.95))
    const { cpu, memory } = calibration
    assert.deepEqual([cpu?.rows, cpu?.held, cpu?.error, cpu?.sureRows, cpu?.brierOfMean], [13, 1, 0.25, 0, 0])
    assert.deepEqual(cpu?.pass, [1, 0])
    assert.deepEqual([memory?.sureRows, memory?.sureHeld], [1, 1])
    assert.ok(Math.abs(memory!.error - 0.05) < 1e-9)
    assert.equal(scoreOf([flat(0.5, 2 ** 29)], [decision()]).calibration.cpu, undefined)
  })

  describe('a CPU decision holds', () => {
    /** A day of samples for each share, the first so many of which are at 3 cores and the others at 1. */
    const days = (...shares: number[]): ContainerUsage => {
      const usage = flat(1, 2 ** 29, shares.length)
      usage.cpu.values.set(
        shares.flatMap((share) => Array.from({ length: 288 }, (_, i) => (i < Math.floor(share * 288) ? 3 : 1))),
      )
      return usage
    }
    const heldOn = (day: number, ...shares: number[]) =>
      scoreOf(
        [days(...shares)],
        [decision(), decision({ fromSeconds: day * DAY, cpuRequestCores: 2, cpuConfidence: 0.9 })],
      ).calibration.cpu?.held

    test('if its day is at or below twice the share that costs least, or the worst day before', () => {
      const rest = Array<number>(8).fill(0)
      assert.deepEqual([heldOn(1, 0, 0.1, ...rest), heldOn(1, 0, 0.11, ...rest)], [1, 0])
      assert.deepEqual([heldOn(2, 0.5, 0, 0.5, ...rest), heldOn(2, 0.5, 0, 0.51, ...rest)], [1, 0])
    })

    test('or, from 21 known days, the second worst of the last 42', () => {
      const after = (quiet: number, ...bursts: number[]) =>
        heldOn(bursts.length + quiet, ...bursts, ...Array<number>(quiet).fill(0), 0.5)
      assert.deepEqual([after(19, 0.6), after(20, 0.6), after(20, 0.6, 0.6)], [1, 0, 1])
      assert.deepEqual([after(40, 0.6, 0.6), after(41, 0.6, 0.6)], [1, 0])
    })
  })

  test('groups confidence by age, and by whether an earlier day did not hold', () => {
    const usage = flat(1, 2 ** 29, 40)
    // Only day 20 is above the request.
    usage.cpu.values.fill(3, 20 * 288, 21 * 288)
    const said = Array.from({ length: 40 }, (_, i) =>
      decision({ fromSeconds: i * DAY, cpuRequestCores: 2, cpuConfidence: 0.9, memoryConfidence: 1 }),
    )
    const { cpu, memory } = scoreOf([usage], said).calibration
    const rows = Object.entries(cpu!.groups).map(([name, group]) => [name, group?.rows])
    assert.deepEqual(rows, [
      ...[
        ['1–2 d', 2],
        ['3–6 d', 4],
        ['7–13 d', 7],
        ['14–29 d', 16],
        ['30 d and more', 10],
      ],
      ['after drift', 3],
    ])
    assert.equal(cpu!.groups['14–29 d']!.held, 15 / 16)
    assert.equal(memory!.groups['after drift'], undefined)
  })
})

const why = whyNoReference()
describe('the reference scorer, on the public trace', { skip: why ?? false }, () => {
  for (const [cadence, cadenceSeconds] of Object.entries({ '1h': 3600, '24h': DAY })) {
    test(`gives the same figures every ${cadence}`, async (t) => {
      const directory = mkdtempSync(join(tmpdir(), 'plimsoll-scoring-'))
      t.after(() => rmSync(directory, { recursive: true, force: true }))
      const history = join(directory, 'usage.csv')
      writeFileSync(history, partOfTrace())
      const usage = (await inColumns(fileHistory(history).read())).map(containerUsage)
      const scorer = new Scorer(usage, { cadenceSeconds, stepSeconds: STEP_SECONDS })
      const turns = (one: ContainerUsage) => turnsOf(one.firstSeconds, one.lastSeconds, cadenceSeconds)
      const candidates: Record<string, (one: ContainerUsage) => readonly Decision[]> = {
        vpa: (one) => vpa(one, turns(one)),
        krr: (one) => krr(one, turns(one)),
        probe: (one) => probe(one, cadenceSeconds),
      }
      const paths = Object.entries(candidates).map(([name, decide]) => {
        const path = join(directory, `${name}.csv`)
        const entries = usage.map((one) => [one.container.workload.name, decide(one)] as const)
        writeFileSync(path, toDecisionsCsv(new Map(entries), name === 'probe'))
        return path
      })
      const out = join(directory, 'score.json')
      reference(
        'score.py',
        history,
        ...paths,
        '--cadence',
        cadence,
        '--goal',
        GOAL,
        '--hold',
        'told',
        '--no-vpa',
        '--json',
        out,
      )
      const { results } = JSON.parse(readFileSync(out, 'utf8'))
      for (const [name, decide] of Object.entries(candidates))
        assert.deepEqual(
          rounded(figuresOf(scorer.score(decide, GOAL))),
          rounded(figuresOfReference(results[name])),
          name,
        )
    })
  }
})
