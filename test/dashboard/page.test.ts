import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readPageFiles } from '../../src/dashboard/index.ts'
import { ago, bytes, cores, money, NONE, percent } from '../../src/dashboard/page/format.ts'
import { ceilingOf, plotData } from '../../src/dashboard/page/plot-data.ts'
import { choiceOf, chosenRows, sumsOf } from '../../src/dashboard/page/rows.ts'
import type { Row } from '../../src/dashboard/wire.ts'
import { serve } from './serve.ts'

const ROOT = join(import.meta.dirname, '..', '..')

describe('the page as it is shipped', () => {
  test('holds no more than 120 KB of packed JavaScript, loads nothing from elsewhere and makes no markup of text', () => {
    const folder = join(ROOT, 'src', 'dashboard', 'built')
    const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
    assert.ok(scripts.length >= 2)
    const packed = scripts.reduce(
      (sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length,
      0,
    )
    assert.ok(packed < 120_000, `${packed} bytes`)
    for (const name of readdirSync(folder)) {
      const text = readFileSync(join(folder, name), 'utf8')
      const elsewhere =
        text.match(/https?:\/\/[^"'`\s)]+/g)?.filter((url) => !url.startsWith('http://www.w3.org/')) ?? []
      assert.deepEqual(elsewhere, [], name)
      assert.doesNotMatch(text, /@font-face|eval\(|new Function|document\.write/, name)
    }
    for (const name of readdirSync(join(ROOT, 'src', 'dashboard', 'page')))
      assert.doesNotMatch(
        readFileSync(join(ROOT, 'src', 'dashboard', 'page', name), 'utf8'),
        /innerHTML|outerHTML|insertAdjacentHTML/,
        name,
      )
  })

  test('is what its sources make', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-page-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'build-page.js'), folder])
    assert.deepEqual(readdirSync(folder).sort(), readdirSync(join(ROOT, 'src', 'dashboard', 'built')).sort())
  })

  test('is served under each of its addresses, its files compressed and cacheable forever, and nothing else of the folder', async (t) => {
    const { ask } = await serve(t)
    for (const path of ['/', '/approvals', '/workloads/a/b/c', '/?q=x']) {
      const page = await ask(path)
      assert.equal(page.status, 200, path)
      assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
      for (const [, asset] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
        const file = await ask(asset!, { headers: { 'accept-encoding': 'gzip' } })
        assert.equal(file.status, 200, asset)
        assert.equal(file.headers['content-encoding'], 'gzip')
        assert.match(String(file.headers['cache-control']), /immutable/)
      }
    }
  })

  test('that was not built says how it is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-page-'))
    try {
      assert.throws(() => readPageFiles(folder), /contains no page: run "npm run build:page"/)
      assert.throws(() => readPageFiles(join(folder, 'nowhere')), /contains no page/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('numbers on the page', () => {
  test('read as Kubernetes writes them', () => {
    assert.deepEqual([0.25, 0.0004, 0, 1.5, 12.34, 1234.5, undefined, null].map(cores), [
      '250m',
      '0.4m',
      '0',
      '1.5',
      '12.3',
      '1,235',
      NONE,
      NONE,
    ])
    const [mebi, gibi] = [2 ** 20, 2 ** 30]
    assert.deepEqual([512 * mebi, 1.5 * mebi, 0, 1.5 * gibi, 33.44 * gibi, 2 * 1024 * gibi, undefined].map(bytes), [
      '512Mi',
      '1.5Mi',
      '0Mi',
      '1.5Gi',
      '33.4Gi',
      '2Ti',
      NONE,
    ])
  })

  test('money has cents where they matter, and no minus before nothing', () => {
    assert.deepEqual(
      [1234.5, 99.5, 0.5, 0, -0.001, -12.5, undefined].map((value) => money(value, 'USD')),
      ['$1,235', '$99.50', '$0.50', '$0', '$0', '-$12.50', NONE],
    )
    assert.equal(money(12, 'EUR'), '€12.00')
  })

  test('a share that is small is not nothing', () => {
    assert.deepEqual(
      [0.5, 0.001, 0, 1, undefined].map((value) => percent(value)),
      ['50 %', '<1 %', '0 %', '100 %', NONE],
    )
    assert.deepEqual(
      [0.0001, 0.0123].map((value) => percent(value, 1)),
      ['<0.1 %', '1.2 %'],
    )
  })

  test('times are formatted for people', () => {
    const now = Date.parse('2026-01-02T00:00:00Z')
    assert.deepEqual(
      [
        '2026-01-01T23:59:58Z',
        '2026-01-01T23:59:10Z',
        '2026-01-01T22:30:00Z',
        '2025-12-20T00:00:00Z',
        '2026-01-02T05:00:00Z',
      ].map((time) => ago(time, now)),
      ['just now', '50 s ago', '1 h ago', '13 d ago', 'in 5 h'],
    )
  })
})

describe('the table', () => {
  const row = (name: string, rest: Partial<Row> = {}): Row => ({
    ...{ key: `shop/Deployment/${name}`, namespace: 'shop', kind: 'Deployment', name, cpuCores: {}, memoryBytes: {} },
    ...rest,
  })
  const rows = [
    row('cart', { stillToSave: 5, risk: 'high' }),
    row('web', { stillToSave: 50, waiting: 'Pending', state: 'Pending' }),
    row('db', { key: 'data/StatefulSet/db', namespace: 'data', kind: 'StatefulSet', stillToSave: -3, risk: 'low' }),
    row('new'),
  ]
  const names = (query: string) => chosenRows(rows, choiceOf(new URLSearchParams(query))).map(({ name }) => name)

  test('begins with what saves most, and ends with what is not known', () => {
    assert.deepEqual(names(''), ['web', 'cart', 'db', 'new'])
    assert.deepEqual(names('sort=save'), ['db', 'cart', 'web', 'new'])
    assert.deepEqual(names('sort=-risk'), ['cart', 'db', 'new', 'web'])
    assert.deepEqual(names('sort=name'), ['db', 'cart', 'new', 'web'])
  })

  test('finds every word of a search, in namespace, kind or name', () => {
    assert.deepEqual(names('q=STATEFUL data'), ['db'])
    assert.deepEqual(names('q=shop ca'), ['cart'])
    assert.deepEqual(names('q=<img'), [])
    assert.deepEqual(names('namespace=data'), ['db'])
    assert.deepEqual(names('show=risk'), ['cart'])
    assert.deepEqual(names('show=waiting'), ['web'])
    assert.deepEqual(names('show=unsized'), ['cart', 'db', 'new'])
  })

  test('ignores values that make no sense', () => {
    assert.deepEqual(names('sort=constructor&show=toString'), ['web', 'cart', 'db', 'new'])
  })

  test('sums what is known; what was not learned counts as needed as it is', () => {
    const figures = (reserved?: number, used?: number, learned?: number) => ({
      cpuCores: {
        ...(reserved !== undefined && { reserved }),
        ...(used !== undefined && { used }),
        ...(learned !== undefined && { learned }),
      },
    })
    const { cpuCores, pending, high } = sumsOf([
      row('a', figures(10, 2, 4)),
      row('b', figures(5)),
      row('c', figures(undefined, 1, 2)),
      ...rows,
    ])
    assert.deepEqual(cpuCores, { reserved: 15, learned: 11, used: 2, usedOf: 10 })
    assert.deepEqual([pending, high], [1, 1])
  })
})

describe('a plot', () => {
  const line = (...values: (number | null)[]) => values
  const envelope = { low: line(1, 2, null), mean: line(2, 3, null), high: line(3, 4, null) }
  const advice = { request: { savings: line(4, 5), balanced: line(5, 6), reliability: line(8, 9) }, limit: line(9, 9) }
  const detail = {
    carried: [
      {
        container: 'app',
        resource: 'cpu' as const,
        values: [
          { sinceSeconds: 12, pods: 3, request: 10 },
          { sinceSeconds: 25, pods: 1, request: 7, limit: 100 },
        ],
      },
    ],
    insight: { goal: 'balanced' },
    changelog: [
      {
        time: new Date(15_000).toISOString(),
        reason: 'Learned',
        by: 'plimsoll',
        changes: [{ container: 'app', resource: 'cpu', from: { request: '10' }, to: { request: '7', limit: '100' } }],
      },
      {
        time: new Date(16_000).toISOString(),
        reason: 'Learned',
        by: 'plimsoll',
        changes: [{ container: 'app', resource: 'memory', from: { request: '1Gi' }, to: { request: '2Gi' } }],
      },
    ],
    oomKills: [{ container: 'app', time: new Date(21_000).toISOString() }],
  } as never
  const answer = { seconds: [0, 10, 20], adviceSeconds: [5, 15], toSeconds: 30 } as never
  const container = {
    name: 'app',
    cpuCores: envelope,
    memoryBytes: envelope,
    advice: { cpuCores: advice, memoryBytes: advice },
  }

  test('aligns series with different timestamps', () => {
    const data = plotData(answer, container, 'cpu', detail)
    assert.deepEqual(data.advised, [null, 5, 6])
    assert.deepEqual(data.marks, [{ seconds: 15, text: 'Learned by plimsoll, for new Pods', isKill: false }])
  })

  test('shows request and limit of the Pods that run, from when they have carried them, and none for what new Pods get', () => {
    const data = plotData(answer, container, 'cpu', detail)
    assert.deepEqual(data.request, [null, 10, 10])
    assert.deepEqual(data.lowestRequest, [null, 10, 7])
    assert.deepEqual(data.limit, [null, null, 100])
    assert.deepEqual(data.lowestLimit, [null, null, 100])
    assert.deepEqual(plotData(answer, container, 'memory', detail).request, [null, null, null])
  })

  test('marks OOM kills where memory is drawn', () => {
    const { marks } = plotData(answer, container, 'memory', detail)
    assert.deepEqual(
      marks.map(({ seconds, isKill }) => [seconds, isKill]),
      [
        [16, false],
        [21, true],
      ],
    )
  })

  test('leaves a limit out that would leave nothing to be seen of the rest', () => {
    const data = plotData(answer, container, 'cpu', detail)
    assert.equal(ceilingOf(data).hidesLimit, true)
    assert.equal(ceilingOf({ ...data, limit: [12, 12, 12] }).hidesLimit, false)
  })
})
