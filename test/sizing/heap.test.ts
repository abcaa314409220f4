// Memory and threads in command, arguments and environment.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { PodContainer } from '../../src/policy/pod.ts'
import { type Heap, readHeap } from '../../src/sizing/heap.ts'
import { runs } from '../support/arbitraries.ts'

const MEBIBYTE = 2n ** 20n
const env = (variables: Record<string, string>): PodContainer => ({
  env: Object.entries(variables).map(([name, value]) => ({ name, value })),
})

describe('the heap of', () => {
  type Case = [what: string, container: PodContainer, expected: Heap]
  const cases: Case[] = [
    ['a JVM: -Xmx as an argument', { command: ['java', '-Xmx512m', '-jar', 'a.jar'] }, { heapBytes: 512n * MEBIBYTE }],
    [
      'a JVM: -Xmx in a shell',
      { command: ['sh', '-c', 'exec java -Xms64m -Xmx2G -jar a.jar'] },
      { heapBytes: 2048n * MEBIBYTE },
    ],
    ['a JVM: the largest of two', env({ JAVA_TOOL_OPTIONS: '-Xmx64m -Xmx1g' }), { heapBytes: 1024n * MEBIBYTE }],
    ['a JVM: in bytes', env({ JDK_JAVA_OPTIONS: '-XX:MaxHeapSize=1048576' }), { heapBytes: MEBIBYTE }],
    ["a JVM: in a script's own variable", env({ CATALINA_OPTS: '-server -Xmx300M' }), { heapBytes: 300n * MEBIBYTE }],
    [
      'a JVM: a fixed heap goes before a share',
      env({ JAVA_TOOL_OPTIONS: '-XX:MaxRAMPercentage=75 -Xmx1g' }),
      { heapBytes: 1024n * MEBIBYTE },
    ],
    ['a JVM: a share of the limit', env({ JAVA_OPTS: '-XX:MaxRAMPercentage=75.0' }), { follows: 'limit' }],
    ['a JVM: an older share of the limit', { args: ['-XX:MaxRAMFraction=2'] }, { follows: 'limit' }],
    [
      'a JVM that is told nothing takes a quarter of its limit',
      { command: ['/usr/bin/java'], args: ['-jar', 'a.jar'] },
      { follows: 'limit' },
    ],
    ['a JVM: -Xmx from what cannot be seen', { command: ['java', '-Xmx$(HEAP)m'] }, { follows: 'limit' }],
    [
      'a JVM: options that come from elsewhere',
      { env: [{ name: 'JAVA_TOOL_OPTIONS', valueFrom: {} }] },
      { follows: 'limit' },
    ],
    ['Node', env({ NODE_OPTIONS: '--enable-source-maps --max-old-space-size=4096' }), { heapBytes: 4096n * MEBIBYTE }],
    [
      'Node: with underscores, on the command line',
      { command: ['node', '--max_old_space_size', '300', 'a.js'] },
      { heapBytes: 300n * MEBIBYTE },
    ],
    ['Node: a share', env({ NODE_OPTIONS: '--max-old-space-size-percentage=60' }), { follows: 'limit' }],
    ['Go', env({ GOMEMLIMIT: '750MiB', GOMAXPROCS: '4' }), { goBytes: 750n * MEBIBYTE, goThreads: 4n }],
    ['Go: in bytes', env({ GOMEMLIMIT: '1024' }), { goBytes: 1024n }],
    ['Go: off', env({ GOMEMLIMIT: 'off', GOMAXPROCS: 'all' }), {}],
    [
      'Go: as much as the limit',
      { env: [{ name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } }] },
      { follows: 'limit' },
    ],
    [
      'Go: as much as the request',
      { env: [{ name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'requests.memory' } } }] },
      { follows: 'request' },
    ],
    ['.NET: hexadecimal', env({ DOTNET_GCHeapHardLimit: '0xC800000' }), { heapBytes: 200n * MEBIBYTE }],
    [
      '.NET: hexadecimal without a mark, by its old name',
      env({ COMPlus_GCHeapHardLimit: 'C800000' }),
      { heapBytes: 200n * MEBIBYTE },
    ],
    ['.NET: a share', env({ DOTNET_GCHeapHardLimitPercent: '4B' }), { follows: 'limit' }],
    [
      '.NET that is told nothing takes three quarters of its limit',
      { command: ['dotnet', 'Shop.dll'] },
      { follows: 'limit' },
    ],
    [
      'a JVM with two heap sizes uses the larger one, in any order',
      env({ JAVA_OPTS: '-Xmx1g -Xmx64m' }),
      { heapBytes: 1024n * MEBIBYTE },
    ],
    ['a JVM: 0, which is as if nothing was told', { command: ['java', '-Xmx0', 'Main'] }, { follows: 'limit' }],
    ['a JVM is recognized by its name, with any arguments', { args: ['/usr/bin/java', 'Main'] }, { follows: 'limit' }],
    ['a JVM that a shell starts', { command: ['sh', '-c', 'exec java  -jar a.jar'] }, { follows: 'limit' }],
    ['a JVM in the words for a shell', { args: ['java @options'] }, { follows: 'limit' }],
    ['a shell that only names java', { command: ['sh', '-c', 'echo java 17; mojava -x'] }, {}],
    ['a JVM with options for something else', env({ CATALINA_OPTS: '-XX:+UseG1GC' }), {}],
    ['a program that only names an option', env({ HINT: 'see MaxHeapSize' }), {}],
    ...['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS'].map(
      (name): Case => [`a JVM, by ${name}`, env({ [name]: '-server' }), { follows: 'limit' }],
    ),
    ['Node: a share, as two words', { args: ['--max-old-space-size-percentage', '60'] }, { follows: 'limit' }],
    ['Go: on many threads', env({ GOMAXPROCS: '16' }), { goThreads: 16n }],
    ['Go: a number of threads with something after it', env({ GOMAXPROCS: '4x' }), {}],
    ['Go: a number of threads with something before it', env({ GOMAXPROCS: 'x4' }), {}],
    ['Go: an amount with something after it', env({ GOMEMLIMIT: '750MiBs' }), {}],
    ['Go: an amount with something before it', env({ GOMEMLIMIT: '-750MiB' }), {}],
    ['.NET: a number with something after it', env({ DOTNET_GCHeapHardLimit: 'C8z' }), {}],
    ['.NET: a number with something before it', env({ DOTNET_GCHeapHardLimit: 'zC8' }), {}],
    [
      '.NET: variables of other names',
      env({ A_DOTNET_GCHeapHardLimit: 'C8', A_DOTNET_GCHeapHardLimitPercent: '4' }),
      {},
    ],
    ['.NET: a share of another name', env({ DOTNET_GCHeapHardLimitPercentage: '4' }), {}],
    ['.NET by its name', { command: ['/usr/bin/dotnet'], args: ['run'] }, { follows: 'limit' }],
    ['.NET that a shell starts', { command: ['sh', '-c', 'exec dotnet  Shop.dll'] }, { follows: 'limit' }],
    ['.NET in the words for a shell', { args: ['dotnet Shop.dll'] }, { follows: 'limit' }],
    ['a shell that asks .NET for its version', { command: ['sh', '-c', 'dotnet --info; mydotnet a.dll'] }, {}],
    ['any other program', { command: ['/app/server', '--lang', 'java'], env: [{ name: 'A', value: 'x' }] }, {}],
    ['a program that only speaks of it', { args: ['--note', 'javascript -y', '-Xmxlarge'] }, { follows: 'limit' }],
  ]
  for (const [what, container, expected] of cases) {
    test(what, () => {
      const { heapBytes, goBytes, goThreads, follows } = readHeap(container)!
      const nothing = { heapBytes: undefined, goBytes: undefined, goThreads: undefined, follows: undefined }
      assert.deepEqual({ heapBytes, goBytes, goThreads, follows }, { ...nothing, ...expected })
    })
  }
})

describe('pools follow', () => {
  const field = (resource: string): PodContainer => ({
    env: [{ name: 'GOMAXPROCS', valueFrom: { resourceFieldRef: { resource } } }],
  })
  const cases: [what: string, container: PodContainer, expected: Heap['pools']][] = [
    ['the CPU limit in a JVM, also with a fixed heap', { command: ['java', '-Xmx1g', '-jar', 'a.jar'] }, 'limit'],
    ['the CPU limit in .NET', { command: ['dotnet', 'Shop.dll'] }, 'limit'],
    ['the CPU limit where only settings of a JVM are visible', env({ CATALINA_OPTS: '-XX:+UseG1GC' }), 'limit'],
    ['the CPU limit where only settings of .NET are visible', env({ DOTNET_gcServer: '1' }), 'limit'],
    ['nothing in a JVM that is told', { command: ['java', '-XX:ActiveProcessorCount=2', 'Main'] }, undefined],
    [
      'nothing in .NET that is told',
      { command: ['dotnet', 'a.dll'], ...env({ DOTNET_PROCESSOR_COUNT: '2' }) },
      undefined,
    ],
    ['the CPU limit where a variable has it', field('limits.cpu'), 'limit'],
    ['the CPU request where a variable has it', field('requests.cpu'), 'request'],
    ['nothing in other programs', { command: ['/app/server'], ...env({ A: '-Xlint' }) }, undefined],
  ]
  for (const [what, container, expected] of cases) test(what, () => assert.equal(readHeap(container)!.pools, expected))
})

test('a heap is written in all forms of its runtime, and read correctly', () => {
  const units = fc.constantFrom(
    ['', 1n],
    ['k', 1024n],
    ['K', 1024n],
    ['m', MEBIBYTE],
    ['M', MEBIBYTE],
    ['g', 1024n * MEBIBYTE],
  )
  const spelled = fc.tuple(fc.bigInt(1n, 10n ** 9n), units as fc.Arbitrary<[string, bigint]>)
  const around = fc.constantFrom(' ', ' -XX:+UseG1GC ', ' -Dfile=/a/b.c ', '\n')
  fc.assert(
    fc.property(spelled, around, around, ([number, [unit, bytes]], before, after) => {
      const text = `-server${before}-Xmx${number}${unit}${after}-jar a.jar`
      for (const container of [env({ JAVA_TOOL_OPTIONS: text }), { command: ['java'], args: text.split(/\s+/) }]) {
        assert.equal(readHeap(container)!.heapBytes, number * bytes)
      }
    }),
    { numRuns: runs(2000) },
  )
})

test('128 Ki characters are read, where a word or a variable counts 16 in addition', () => {
  const heapOf = (container: PodContainer) => readHeap(container)?.heapBytes
  const most = 128 * 1024
  for (const more of [0, 1]) {
    const expected = more === 0 ? 1024n * MEBIBYTE : undefined
    assert.equal(heapOf({ args: ['-Xmx1g', 'x'.repeat(most - 2 * 16 - 6 + more)] }), expected)
    assert.equal(heapOf(env({ A: '-Xmx1g', B: 'x'.repeat(most - 2 * 16 - 6 + more) })), expected)
    assert.equal(heapOf({ command: ['-Xmx1g'], ...env({ B: 'x'.repeat(most - 2 * 16 - 6 + more) }) }), expected)
    // A value that is not a string counts as much as an empty one.
    const odd = [5, null] as never[]
    assert.equal(heapOf({ args: odd, ...env({ A: '-Xmx1g'.padEnd(most - 3 * 16 + more) }) }), expected)
  }
})
