// What programs are told to use, read from command, arguments and environment; and what follows for their values.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Pod, PodContainer } from '../../src/policy/pod.ts'
import { DEFAULT_POLICY, type Policy } from '../../src/policy/policy.ts'
import { type Nanos, parseQuantity } from '../../src/resources/quantity.ts'
import { decide } from '../../src/sizing/decide.ts'
import { readHeap } from '../../src/sizing/heap.ts'
import { readRuntime } from '../../src/sizing/runtime.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { applyInPlace } from '../apply.ts'
import { nanos, runs } from '../support/arbitraries.ts'

const MEBIBYTE = 2n ** 20n
const UNIT = 1_000_000_000n
const env = (variables: Record<string, string>): PodContainer => ({
  env: Object.entries(variables).map(([name, value]) => ({ name, value })),
})

test('any content of a container is read quickly and without an error', () => {
  const fragments = fc.constantFrom(
    '-Xmx',
    '9',
    'g',
    ' ',
    'java ',
    '-',
    '--max-old-space-size',
    '=',
    'dotnet ',
    '.dll',
    '/',
    '\u0000',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(fragments, { maxLength: 40 }).map((all) => all.join('')),
  )
  const junk = fc.oneof(text, fc.constant(null), fc.integer(), fc.object())
  const list = fc.oneof(fc.array(junk, { maxLength: 6 }), junk)
  const variable = fc.record({
    name: fc.oneof(junk, fc.constantFrom('GOMEMLIMIT', 'GOMAXPROCS', 'DOTNET_GCHeapHardLimit')),
    value: junk,
    valueFrom: junk,
  })
  fc.assert(
    fc.property(list, list, fc.oneof(fc.array(fc.oneof(variable, junk)), junk), (command, args, variables) => {
      const { memory, cpu } = readRuntime({ command, args, env: variables } as never)!
      for (const floor of [memory.floor, cpu.floor]) assert.ok(floor === undefined || floor > 0n)
    }),
    { numRuns: runs(2000) },
  )
})

test('a heap is found wherever it is written, after a thousand other variables and words too', () => {
  const others = Array.from({ length: 1_000 }, (_, i) => ({ name: `SERVICE_${i}_PORT`, value: 'tcp://10.0.0.1:80' }))
  assert.equal(readHeap({ env: [...others, { name: 'GOMEMLIMIT', value: '2GiB' }] })!.goBytes, 2n * 1024n * MEBIBYTE)
  const words = Array(1_000).fill('--verbose')
  assert.equal(readHeap({ command: ['java'], args: [...words, '-Xmx3g'] })!.heapBytes, 3n * 1024n * MEBIBYTE)
})

test('a container with too much text is not read in part, as what is left out could say otherwise', () => {
  const heap = { name: 'JAVA_TOOL_OPTIONS', value: '-Xmx1g' }
  assert.ok(readRuntime({ env: [heap, { name: 'CERTIFICATES', value: 'x'.repeat(120 * 1024) }] }))
  assert.equal(readRuntime({ env: [heap, { name: 'CERTIFICATES', value: 'x'.repeat(128 * 1024) }] }), undefined)
  assert.equal(readRuntime({ args: Array(100).fill('x'.repeat(2 * 1024)) }), undefined)
  assert.equal(readRuntime({ args: Array(10_000).fill('x') }), undefined)
})

test('a Pod that is made to be slow to read is not', () => {
  const long = ['java ', 'dotnet ', '-Xmx', '--max-old-space-size ', '/dotnet a'].map((text) => text.repeat(300_000))
  const before = process.cpuUsage()
  for (const text of long) {
    readHeap({ command: [text, text], args: Array(5000).fill(text), env: Array(5000).fill({ name: 'A', value: text }) })
    readHeap({ env: Array(5000).fill({ name: 'A', value: text.slice(0, 16 * 1024) }) })
  }
  const milliseconds = process.cpuUsage(before).user / 1000
  assert.ok(milliseconds < 5_000, `${milliseconds} ms`)
})

describe('what a program is told to use', () => {
  const needs = (variables: Record<string, string>) => {
    const { cpu, memory } = readRuntime(env(variables))!
    const mebibytes = memory.floor === undefined ? undefined : Number(memory.floor / UNIT) / 2 ** 20
    return [cpu.floor, mebibytes, memory.follows]
  }

  test('is a quarter more than a heap, and 64 MiB more at least', () => {
    assert.deepEqual(needs({ NODE_OPTIONS: '--max-old-space-size=1000' }), [undefined, 1250, undefined])
    assert.deepEqual(needs({ NODE_OPTIONS: '--max-old-space-size=100' }), [undefined, 164, undefined])
  })

  test('is a tenth more than what Go is told, and a CPU for each of its threads', () => {
    assert.deepEqual(needs({ GOMEMLIMIT: '1000MiB', GOMAXPROCS: '2' }), [2n * UNIT, 1100, undefined])
  })

  test('is the larger one where there are two', () => {
    assert.deepEqual(needs({ GOMEMLIMIT: '1000MiB', JAVA_OPTS: '-Xmx100m' }), [undefined, 1100, undefined])
    assert.deepEqual(needs({ GOMEMLIMIT: '100MiB', JAVA_OPTS: '-Xmx1000m' }), [undefined, 1250, undefined])
  })

  test('is nothing where nothing is told, or only a share', () => {
    assert.deepEqual(needs({ A: 'b' }), [undefined, undefined, undefined])
    assert.deepEqual(needs({ JAVA_OPTS: '-XX:MaxRAMPercentage=50' }), [undefined, undefined, 'limit'])
  })
})

const bounds = { cpu: { min: 1n, max: 1000n * UNIT }, memory: { min: 1n, max: 2n ** 50n * UNIT } }

function sized(
  container: PodContainer,
  { request, limit }: { readonly request?: string; readonly limit?: string | undefined },
  learned: [Nanos, Nanos],
  memory: Policy['limits']['memory'],
  within: Policy['bounds'] = bounds,
) {
  const resources = { ...(request && { requests: { memory: request } }), ...(limit && { limits: { memory: limit } }) }
  const pod: Pod = { metadata: {}, spec: { containers: [{ ...container, name: 'app', resources }] } }
  const applied = {
    revision: 1,
    containers: new Map([['app', { memory: { request: learned[0], limit: learned[1] } }]]),
  }
  const decision = decide(pod, applied, { ...DEFAULT_POLICY, bounds: within, limits: { cpu: 'none', memory } })
  applyInPlace(pod, buildPatch(pod, decision))
  const after = pod.spec!.containers![0]!.resources!
  return {
    request: parseQuantity(after.requests?.memory ?? after.limits?.memory),
    limit: parseQuantity(after.limits?.memory),
    reasons: decision.containers[0]!.resources[1]!.reasons,
  }
}

const authored = fc.tuple(nanos('memory'), nanos('memory')).map(([a, b]) => (a < b ? [a, b] : [b, a]) as [Nanos, Nanos])
const limitPolicies = fc.constantFrom<Policy['limits']['memory']>('keep', 'ratio', 'headroom', 'none')
const text = (value: Nanos) => `${value / UNIT}`

test('a memory limit never falls under the heap that the program is told to use, nor under its author where that is less', () => {
  let held = 0
  fc.assert(
    fc.property(
      authored,
      authored,
      fc.bigInt(1n, 8192n),
      limitPolicies,
      fc.boolean(),
      (author, learned, heap, limits, hasLimit) => {
        const container = env({ NODE_OPTIONS: `--max-old-space-size=${heap}` })
        const limit = hasLimit ? text(author[1]) : undefined
        const { limit: after, reasons } = sized(container, { request: text(author[0]), limit }, learned, limits)
        if (reasons.includes('RaisedToHeap')) held++
        if (after === undefined) return
        const before = parseQuantity(limit)
        const floor = heap * MEBIBYTE * UNIT
        assert.ok(after >= (before !== undefined && before < floor ? before : floor), `${after} under ${floor}`)
      },
    ),
    { numRuns: runs(2000) },
  )
  assert.ok(held > runs(2000) / 50, `${held} were held`)
})

test('a heap that the bounds leave no room for has the container left alone', () => {
  const heap = env({ JAVA_TOOL_OPTIONS: '-Xmx2g' })
  const narrow = { ...bounds, memory: { min: 1n, max: 1024n * MEBIBYTE * UNIT } }
  const author = { request: '3Gi', limit: '4Gi' }
  const learned: [Nanos, Nanos] = [200n * MEBIBYTE * UNIT, 300n * MEBIBYTE * UNIT]
  const { request, limit, reasons } = sized(heap, author, learned, 'headroom', narrow)
  assert.deepEqual([request, limit, reasons], [parseQuantity('3Gi'), parseQuantity('4Gi'), ['BoundsConflict']])
})

test('where the heap is a share of the limit, none is added, and a present one never falls: there is no spiral down', () => {
  let held = 0
  fc.assert(
    fc.property(authored, authored, limitPolicies, fc.boolean(), (author, learned, limits, hasLimit) => {
      const container = env({ JAVA_TOOL_OPTIONS: '-XX:MaxRAMPercentage=75' })
      const limit = hasLimit ? text(author[1]) : undefined
      const { limit: after, reasons } = sized(container, { request: text(author[0]), limit }, learned, limits)
      if (reasons.includes('HeldForHeap')) held++
      if (limit === undefined) assert.equal(after, undefined)
      else assert.ok(after! >= parseQuantity(limit)!, `${after} under ${limit}`)
    }),
    { numRuns: runs(2000) },
  )
  assert.ok(held > runs(2000) / 50, `${held} were held`)
})

test('where the heap is a share of the request, the request never falls', () => {
  fc.assert(
    fc.property(authored, authored, limitPolicies, (author, learned, limits) => {
      const container: PodContainer = {
        env: [{ name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'requests.memory' } } }],
      }
      const [request, limit] = [text(author[0]), text(author[1])]
      const after = sized(container, { request, limit }, learned, limits)
      assert.ok(after.request! >= parseQuantity(request)!, `${after.request} under ${request}`)
    }),
    { numRuns: runs(2000) },
  )
})
