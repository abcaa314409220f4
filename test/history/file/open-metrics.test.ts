import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { parseLabels, splitSample } from '../../../src/history/file/exposition.ts'
import type { UsageSample } from '../../../src/history/index.ts'
import { workloadKey } from '../../../src/workloads/index.ts'
import {
  BACKUP_TO_SECONDS,
  CONTAINERS,
  FROM_SECONDS,
  MIB,
  RESTART_SECONDS,
  SCRAPE_SECONDS,
  shopMetrics,
  TO_SECONDS,
} from '../shop-cluster.ts'
import { readText, spell } from '../support.ts'

const CPU = 'container_cpu_usage_seconds_total'
const MEMORY = 'container_memory_working_set_bytes'
const WEB = 'namespace="shop",pod="web-0",container="web"'
const text = (...lines: string[]) => `# HELP x y\n${[...lines, '# EOF'].join('\n')}\n`
const read = async (t: TestContext, ...lines: string[]) => (await readText(t, text(...lines))).samples.map(spell)

test('a counter becomes a rate from its second sample on, a gauge is taken as it is', async (t) => {
  assert.deepEqual(
    await read(
      t,
      `${CPU}{${WEB}} 10 1700000000`,
      `${CPU}{${WEB}} 16 1700000030`,
      `${CPU}{${WEB}} 1.9e1 1700000060.0`,
      `${MEMORY}{${WEB}} 1048576 1700000000`,
    ),
    [
      'shop/StatefulSet/web/web[web-0]@1700000030 0.2 NaN',
      'shop/StatefulSet/web/web[web-0]@1700000060 0.1 NaN',
      'shop/StatefulSet/web/web[web-0]@1700000000 NaN 1048576',
    ],
  )
})

test('a counter that falls was reset to zero', async (t) => {
  assert.deepEqual(await read(t, `${CPU}{${WEB}} 1000 100`, `${CPU}{${WEB}} 3 130`, `${CPU}{${WEB}} 9 160`), [
    'shop/StatefulSet/web/web[web-0]@130 0.1 NaN',
    'shop/StatefulSet/web/web[web-0]@160 0.2 NaN',
  ])
})

test('no rate reaches over the mark that a series ended', async (t) => {
  const { samples, summary } = await readText(
    t,
    text(
      `${CPU}{${WEB}} 1 100`,
      `${CPU}{${WEB}} NaN 130`,
      `${CPU}{${WEB}} 7 1000`,
      `${CPU}{${WEB}} 10 1030`,
      `${MEMORY}{${WEB}} NaN 100`,
    ),
  )
  assert.deepEqual(samples.map(spell), ['shop/StatefulSet/web/web[web-0]@1030 0.1 NaN'])
  assert.equal(summary.bad, 0)
})

test('a working set of 0 is what a container leaves behind, not what it uses', async (t) => {
  assert.deepEqual(await read(t, `${MEMORY}{${WEB}} 5 100`, `${MEMORY}{${WEB}} 0 130`), [
    'shop/StatefulSet/web/web[web-0]@100 NaN 5',
  ])
})

test('sums, sandboxes, other metrics and other spellings of them are left alone', async (t) => {
  const { samples, summary } = await readText(
    t,
    text(
      'up{job="kubelet"} 1 100',
      `${CPU} 5 100`,
      `${MEMORY}_limit{${WEB}} 5 100`,
      `${MEMORY}{id="/"} 5 100`,
      `${MEMORY}{namespace="shop",pod="web-0",container="",id="/kubepods"} 5 100`,
      `${MEMORY}{namespace="shop",pod="web-0",container="POD"} 5 100`,
      `${MEMORY}{namespace="shop",pod="a-pod-of-nobody",container="x"} 5 100`,
      `${MEMORY}{${WEB}} 5 100`,
    ),
  )
  assert.deepEqual(samples.map(spell), ['shop/StatefulSet/web/web[web-0]@100 NaN 5'])
  assert.equal(summary.bad, 0)
})

test('a window keeps the rate that reaches into it from before', async (t) => {
  const lines = [100, 130, 160, 190].map((time) => `${CPU}{${WEB}} ${time} ${time}`)
  const { samples } = await readText(t, text(...lines), { window: { fromSeconds: 130, toSeconds: 190 } })
  assert.deepEqual(
    samples.map(({ timestampSeconds, cpuCores }) => [timestampSeconds, cpuCores]),
    [
      [130, 1],
      [160, 1],
    ],
  )
})

for (const [what, line, reason] of [
  ['no timestamp', `${MEMORY}{${WEB}} 5`, /^no timestamp$/],
  ['an odd timestamp', `${MEMORY}{${WEB}} 5 soon`, /^timestamp "soon" is no time/],
  ['no value', `${MEMORY}{${WEB}}`, /^not of the form/],
  ['too much', `${MEMORY}{${WEB}} 5 100 7`, /^not of the form/],
  ['an open brace', `${MEMORY}{${WEB} 5 100`, /^not of the form/],
  ['odd labels', `${MEMORY}{namespace=shop} 5 100`, /^labels "namespace=shop" are not of the form/],
  ['a word for a value', `${MEMORY}{${WEB}} much 100`, /_bytes "much" is not a number/],
  ['a negative value', `${MEMORY}{${WEB}} -1 100`, /_bytes "-1" is negative/],
  ['an infinite value', `${MEMORY}{${WEB}} +Inf 100`, /_bytes "\+Inf" is not a number/],
  ['no namespace', `${MEMORY}{pod="web-0",container="web"} 5 100`, /^a container without the labels namespace and pod/],
  ['a bad name', `${MEMORY}{namespace="shop",pod="web-0",container="We b"} 5 100`, /^container "We b" is no DNS label/],
] as const) {
  test(`a sample with ${what} is left out, with its line number and reason`, async (t) => {
    const good = Array.from({ length: 200 }, (_, i) => `${MEMORY}{${WEB}} 5 ${1000 + i}`)
    const { samples, summary } = await readText(t, text(line, ...good))
    assert.equal(samples.length, 200)
    assert.equal(summary.bad, 1)
    assert.equal(summary.firstBad[0]!.line, 2)
    assert.match(summary.firstBad[0]!.reason, reason)
  })
}

test('a sample that comes twice is left out, one with another value is bad, and so is a counter that leaps', async (t) => {
  const good = Array.from({ length: 400 }, (_, i) => `${MEMORY}{${WEB}} 5 ${1000 + i}`)
  const { summary } = await readText(
    t,
    text(
      ...good,
      `${MEMORY}{${WEB}} 5 1399`,
      `${MEMORY}{${WEB}} 6 1000`,
      `${CPU}{${WEB}} 0 100`,
      `${CPU}{${WEB}} 1e9 101`,
    ),
  )
  assert.equal(summary.leftOut.repeated, 1)
  assert.deepEqual(
    summary.firstBad.map(({ line, reason }) => `${line} ${reason}`),
    ['403 another value of its series has the time "1000"', '405 counter "1e9" grows by more than 100000 s a second'],
  )
})

test('text of Prometheus, which has no end mark, is read, and that it may be cut short is said', async (t) => {
  const { samples, summary } = await readText(t, `# TYPE ${MEMORY} gauge\n${MEMORY}{${WEB}} 5 100000\n`)
  assert.deepEqual(samples.map(spell), ['shop/StatefulSet/web/web[web-0]@100000 NaN 5'])
  assert.match(summary.assumed.join(), /does not end with the line "# EOF"/)
})

test('what promtool dumps, quoted names of metrics and labels of before Kubernetes 1.16 are read', async (t) => {
  const labels = 'container_name="web",namespace="shop",pod_name="web-0"'
  for (const lines of [
    [`{__name__="${MEMORY}",${WEB}} 5 1700000000000`, `{__name__="${MEMORY}", ${WEB}} 6 1700000030000`],
    [`{${WEB},__name__="${MEMORY}"} 5 1700000000000`, `{${WEB}, __name__="${MEMORY}"} 6 1700000030000`],
    [`{"${MEMORY}",${WEB}} 5 1700000000`, `{ "${MEMORY}", ${WEB} } 6 1700000030`],
    [`{"${MEMORY}","namespace"="shop","pod"="web-0",container="web"} 5 1700000000`, `${MEMORY} {${WEB}} 6 1700000030`],
    [`${MEMORY}{${labels}} 5 1700000000`, `${MEMORY}{${labels}} 6 1700000030`],
  ]) {
    const { samples, summary } = await readText(t, `${lines.join('\n')}\n`)
    assert.deepEqual(samples.map(spell), [
      'shop/StatefulSet/web/web[web-0]@1700000000 NaN 5',
      'shop/StatefulSet/web/web[web-0]@1700000030 NaN 6',
    ])
    assert.equal(summary.used, summary.rows)
  }
})

test('what the recording rules of kubernetes-mixin have made of the counters is read as cores', async (t) => {
  assert.deepEqual(await read(t, `node_namespace_pod_container:${CPU}:sum_irate{${WEB}} 0.25 1700000000`), [
    'shop/StatefulSet/web/web[web-0]@1700000000 0.25 NaN',
  ])
})

test('a counter that was written newest first gives the same rates', async (t) => {
  const lines = [100, 130, 160, 190].map((time) => `${CPU}{${WEB}} ${time * 2} ${time}`)
  assert.deepEqual((await read(t, ...lines.toReversed())).sort(), (await read(t, ...lines)).sort())
})

test('exports that overlap give the rates of one, whichever comes first', async (t) => {
  const line = (time: number) => `${CPU}{${WEB}} ${time ** 2 / 100} ${time}`
  const times = Array.from({ length: 20 }, (_, i) => 100 + 30 * i)
  const [early, late] = [times.slice(0, 12).map(line), times.slice(8).map(line)]
  const whole = (await read(t, ...times.map(line))).sort()
  assert.deepEqual((await read(t, ...early, ...late)).sort(), whole)
  const { samples, summary } = await readText(t, text(...late, ...early))
  assert.deepEqual(
    samples.map(spell).sort(),
    whole.filter((sample) => !sample.includes('@340 ')),
  )
  assert.equal(summary.leftOut.repeated, 4)
})

test('each row is used or counted: sums, sandboxes, gaps, Pods of nobody, second scrapes', async (t) => {
  const scrape = (metrics: string, time: number) => `${MEMORY}{${WEB},metrics_path="/metrics/${metrics}"} 5 ${time}`
  const { summary } = await readText(
    t,
    text(
      `${MEMORY}{id="/"} 5 100`,
      `${MEMORY}{namespace="shop",pod="web-0",container="POD"} 5 100`,
      `${MEMORY}{namespace="shop",pod="a-pod-of-nobody",container="x"} 5 100`,
      scrape('cadvisor', 100),
      scrape('cadvisor', 160),
      scrape('resource', 130),
      `${MEMORY}{${WEB},metrics_path="/metrics/cadvisor"} NaN 190`,
      `${CPU}{${WEB}} 1 100`,
    ),
  )
  const leftOut = { gaps: 1, repeated: 0, future: 0, outside: 0, others: 2, unowned: 1, elsewhere: 0, scrapedTwice: 1 }
  assert.deepEqual([summary.rows, summary.used, summary.bad, summary.leftOut], [8, 3, 0, leftOut])
  assert.deepEqual(summary.somePods, ['shop/a-pod-of-nobody'])
})

test('text without usage says which metrics were looked for', async (t) => {
  await assert.rejects(
    readText(t, text('up{job="kubelet"} 1 100')),
    /no samples of container_cpu_usage_seconds_total or/,
  )
})

for (const mixed of [false, true]) {
  for (const gzip of [false, true]) {
    const how = `${mixed ? 'mixed by time' : 'series by series'}, ${gzip ? 'gzip' : 'plain'}`

    test(`a cluster's history comes out once, with the owners that are told in it (${how})`, async (t) => {
      const { samples, summary } = await readText(t, shopMetrics({ owners: true, mixed }), { gzip })
      assert.equal(summary.bad, 0)
      const seen = byContainer(samples)
      assert.deepEqual([...seen.keys()].sort(), [
        'data/CronJob/nightly-backup backup-28393920-kq2vd/backup',
        'data/DaemonSet/agent agent-x7k2p/agent',
        'data/StatefulSet/db db-0/postgres',
        'shop/Deployment/web web-7c5ddbdf54-2x8vq/web',
        'shop/Deployment/web web-7c5ddbdf54-9mlx4/proxy',
        'shop/Deployment/web web-7c5ddbdf54-9mlx4/web',
        'shop/Rollout/api api-66b6c48dd5-zzzzz/api',
      ])
      for (const one of CONTAINERS) {
        if (one.pod === 'debug-x2x4z') continue
        const [, its] = [...seen].find(([key]) => key.endsWith(`${one.pod}/${one.container}`))!
        const cpu = its.filter(({ cpuCores }) => !Number.isNaN(cpuCores))
        const memory = its.filter(({ memoryBytes }) => !Number.isNaN(memoryBytes))
        const scrapes = (one.runs.at(-1)!.toSeconds - one.runs[0]!.fromSeconds) / SCRAPE_SECONDS
        assert.ok(memory.length > scrapes - 5 && memory.length <= scrapes, `${one.pod}: ${memory.length} of ${scrapes}`)
        assert.ok(cpu.length > scrapes - 8 && cpu.length <= scrapes, `${one.pod}: ${cpu.length} of ${scrapes}`)
        for (const { cpuCores, timestampSeconds } of cpu) {
          const restarting = Math.abs(timestampSeconds - RESTART_SECONDS) < SCRAPE_SECONDS + 7
          if (!restarting) assert.ok(Math.abs(cpuCores - one.cores) < 1e-6, `${one.pod}: ${cpuCores}`)
          assert.ok(cpuCores >= 0 && cpuCores <= one.cores * 1.001)
        }
        for (const { memoryBytes } of memory) assert.ok(one.bytes - memoryBytes <= 4096, `${one.pod}: ${memoryBytes}`)
      }
    })
  }
}

test('both runs of a restarted container are there, also when the later one is first in the file', async (t) => {
  const { samples } = await readText(t, shopMetrics({ owners: true }))
  const times = samples
    .filter(({ pod, cpuCores }) => pod === 'db-0' && !Number.isNaN(cpuCores))
    .map(({ timestampSeconds }) => timestampSeconds)
  assert.ok(Math.min(...times) < FROM_SECONDS + 100)
  assert.ok(Math.max(...times) > TO_SECONDS - 100)
})

test('a container that went away ends with what it used', async (t) => {
  const { samples } = await readText(t, shopMetrics({ owners: true, mixed: true }))
  const backup = samples.filter(({ pod }) => pod === 'backup-28393920-kq2vd')
  assert.ok(backup.every(({ memoryBytes }) => Number.isNaN(memoryBytes) || memoryBytes >= 599 * MIB))
  assert.ok(backup.at(-1)!.timestampSeconds >= BACKUP_TO_SECONDS - SCRAPE_SECONDS - 7)
})

test('without owners in it, the names of Pods tell them', async (t) => {
  const { samples } = await readText(t, shopMetrics({ owners: false }))
  assert.deepEqual([...new Set(samples.map(({ container }) => workloadKey(container.workload)))].sort(), [
    'data/CronJob/backup',
    'data/DaemonSet/agent',
    'data/StatefulSet/db',
    'shop/DaemonSet/debug',
    'shop/Deployment/api',
    'shop/Deployment/web',
  ])
})

test('labels are read as they are escaped, whatever is in them', () => {
  const line = String.raw`m{a="x} 1 2",b="\"\\\n{",c=""} 5 100 # {trace_id="}"} 1 99`
  const sample = splitSample(line)
  assert.deepEqual({ value: sample?.value, timestamp: sample?.timestamp }, { value: '5', timestamp: '100' })
  assert.deepEqual({ ...parseLabels(sample!.labelText) }, { a: 'x} 1 2', b: '"\\\n{', c: '' })
  assert.deepEqual({ ...parseLabels('') }, {})
  assert.deepEqual({ ...parseLabels('a="1",') }, { a: '1' })
  for (const wrong of ['a', 'a=', 'a="', 'a="1"b="2"', '1a="x"', 'a="\\"', ','])
    assert.equal(parseLabels(wrong), undefined, wrong)
})

test('a label named like a part of every object is a label like any other', () => {
  const labels = parseLabels('__proto__="x",constructor="y"')!
  assert.deepEqual(Object.entries(labels), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
  assert.equal(labels.toString, undefined)
})

function byContainer(samples: readonly UsageSample[]): Map<string, UsageSample[]> {
  return Map.groupBy(
    samples,
    ({ container, pod }) => `${workloadKey(container.workload)} ${pod}/${container.container}`,
  )
}
