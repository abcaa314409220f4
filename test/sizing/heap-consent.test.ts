import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { DECISION_ANNOTATION, DEFAULT_POLICY, type Pod, type Policy, readRuntimes } from '../../src/policy/index.ts'
import { decide } from '../../src/sizing/decide.ts'
import { heapFollowers } from '../../src/sizing/heap-followers.ts'
import { buildPatch } from '../../src/webhook/patch.ts'
import { applyInPlace } from '../apply.ts'

const GIB = 2n ** 30n * 1_000_000_000n
const heaps = readRuntimes('heaps', {
  jvm: { containers: ['java'], maxRamPercentage: 70 },
  node: { containers: ['node'], maxOldSpacePercentage: 75 },
  go: { containers: ['go'], memLimit: '90%' },
})
const policy: Policy = { ...DEFAULT_POLICY, heaps }

function podOf(name: string, fields: object = {}): Pod {
  const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } }
  return { metadata: {}, spec: { containers: [{ name, resources, ...fields }] } }
}

function admit(pod: Pod, settings: Policy = policy, memory = { request: GIB / 4n, limit: GIB / 2n }) {
  const after = structuredClone(pod)
  const containers = new Map(pod.spec!.containers!.map(({ name }) => [name!, { memory }]))
  const decision = decide(pod, { revision: 3, containers }, settings)
  applyInPlace(after, buildPatch(pod, decision))
  const [container] = after.spec!.containers!
  const reasons = decision.containers[0]!.resources.find(({ resource }) => resource === 'memory')!.reasons
  return { after, decision, container: container!, reasons, variable: container!.env?.at(-1) }
}

describe('with the consent of a SizingPolicy', () => {
  test('the heap of each runtime follows the memory limit', () => {
    assert.deepEqual(admit(podOf('java')).container.env, [
      { name: 'JAVA_TOOL_OPTIONS', value: '-XX:+IgnoreUnrecognizedVMOptions -XX:MaxRAMPercentage=70.0' },
    ])
    assert.deepEqual(admit(podOf('node')).container.env, [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=768' }])
    assert.deepEqual(admit(podOf('go')).container.env, [{ name: 'GOMEMLIMIT', value: '921MiB' }])
  })

  test('containers that it does not name are left alone', () => {
    assert.equal(admit(podOf('other')).container.env, undefined)
    assert.deepEqual(admit(podOf('other')).reasons, [])
  })

  test('the record says what was set, who allows it and how to undo it', () => {
    const { variables } = admit(podOf('go')).decision.record!
    assert.deepEqual(variables, {
      go: 'GOMEMLIMIT=921MiB: go 90% of the memory limit, as SizingPolicy heaps allows. To undo it, remove go from its spec.runtimes.go.containers and restart the workload.',
    })
  })

  test('a Pod is patched only for its heap', () => {
    const same = { request: GIB, limit: GIB }
    const { decision, variable } = admit(podOf('go'), policy, same)
    assert.equal(decision.outcome, 'patched')
    assert.equal(variable?.name, 'GOMEMLIMIT')
  })

  test('a heap that was set stays, even if the consent is removed', () => {
    const { after } = admit(podOf('go'))
    const { decision, reasons } = admit(after, DEFAULT_POLICY)
    assert.equal(decision.outcome, 'skipped')
    assert.deepEqual(reasons, ['HeldForHeap', 'HeapSet'])
  })

  test('a Pod that an earlier decision left without a heap gets none', () => {
    const { after } = admit(podOf('go'), DEFAULT_POLICY)
    assert.equal(admit(after).container.env, undefined)
  })

  test('no heap is set if bounds lower the limit too far for it, and values are the same as without the consent', () => {
    const [mega, mebi] = [10n ** 15n, 2n ** 20n * 10n ** 9n]
    const memory = { min: mebi, max: 95n * mebi, minLimit: mega, maxLimit: mebi }
    const rules = {
      ...{ ...policy, bounds: { ...policy.bounds, memory } },
      ...{ limits: { ...policy.limits, memory: 'headroom' as const } },
    }
    const resources = { requests: { cpu: '1m', memory: '99M' }, limits: { cpu: '1', memory: '99M' } }
    const target = { request: 99n * mega, limit: undefined }
    const admitted = admit(podOf('go', { resources }), rules, target as never)
    const plain = admit(podOf('go', { resources }), { ...rules, heaps: undefined }, target as never)
    assert.equal(admitted.container.env, undefined)
    assert.equal(admitted.decision.record?.variables, undefined)
    assert.deepEqual(admitted.container.resources, plain.container.resources)
    assert.ok(admitted.reasons.includes('HeapWithoutLimit'), admitted.reasons.join())
    assert.deepEqual(admit(admitted.after, rules, target as never).container, admitted.container)
  })

  test('a limit is not lowered if a heap was set by it', () => {
    const { after } = admit(podOf('go'))
    assert.deepEqual(admit(after).container.resources?.limits, { memory: '1Gi' })
    assert.deepEqual([...heapFollowers(after)], ['go'])
  })
})

describe('nothing is set', () => {
  const left = (name: string, fields: object) => {
    const before = podOf(name, fields)
    const { container, reasons } = admit(before)
    assert.deepEqual(container.env, before.spec!.containers![0]!.env)
    return reasons.filter((code) => code.startsWith('HeapSet') || code.startsWith('HeapV') || code.startsWith('HeapW'))
  }

  for (const [name, written] of [
    ['java', { command: ['java', '-Xmx512m', '-jar', 'app.jar'] }],
    ['java', { args: ['-XX:MaxRAMPercentage=50'] }],
    ['java', { env: [{ name: 'JAVA_OPTS', value: '-XX:MaxRAMFraction=2' }] }],
    ['java', { env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Dfile.encoding=UTF-8' }] }],
    ['node', { command: ['node', '--max_old_space_size=300', 'main.js'] }],
    ['node', { env: [{ name: 'NODE_OPTIONS', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } }] }],
    ['go', { command: ['sh', '-c', 'GOMEMLIMIT=1GiB exec app'] }],
    ['go', { env: [{ name: 'GOMEMLIMIT', value: 'off' }] }],
  ] as const)
    test(`where the author has set it: ${JSON.stringify(written)}`, () => {
      assert.deepEqual(left(name, written), ['HeapSetByAuthor'])
    })

  test('if variables come from elsewhere', () => {
    assert.deepEqual(left('go', { envFrom: [{ configMapRef: { name: 'settings' } }] }), ['HeapVariablesUnknown'])
  })

  test('if envFrom is empty, a heap is set', () => {
    assert.equal(admit(podOf('go', { envFrom: [] })).variable?.name, 'GOMEMLIMIT')
    assert.equal(admit(podOf('go', { envFrom: null })).variable?.name, 'GOMEMLIMIT')
  })

  test('if the author set no limit', () => {
    assert.deepEqual(left('java', { resources: { requests: { memory: '1Gi' } } }), ['HeapWithoutLimit'])
    assert.deepEqual(left('java', { resources: { limits: { memory: 'lots' } } }), [])
  })

  test('if the limit leaves no room for a heap', () => {
    const limited = (memory: string) => ({ resources: { requests: { memory: '1Mi' }, limits: { memory } } })
    assert.deepEqual(left('node', limited('124Mi')), ['HeapWithoutLimit'])
    assert.deepEqual(left('go', limited('17Mi')), ['HeapWithoutLimit'])
    assert.equal(admit(podOf('node', limited('128Mi'))).variable?.value, '--max-old-space-size=384')
  })

  test('if the author excludes the container', () => {
    const before = podOf('go')
    const ignored = { ...before, metadata: { annotations: { 'plimsoll.dev/ignore-containers': 'go' } } }
    assert.equal(admit(ignored).container.env, undefined)
  })
})

describe('a record by somebody else', () => {
  const claim = (text: unknown, env: object[]) => {
    const record = JSON.stringify({ revision: 1, containers: {}, reasons: {}, variables: { go: text } })
    return { ...podOf('go', { env }), metadata: { annotations: { [DECISION_ANNOTATION]: record } } }
  }
  const env = [{ name: 'GOMEMLIMIT', value: '921MiB' }]

  test('only counts for a variable that the container has, with the same value', () => {
    const text = 'GOMEMLIMIT=921MiB: go 90% of the memory limit, because.'
    assert.ok(admit(claim(text, env)).reasons.includes('HeapSet'))
    assert.ok(admit(claim(text, [{ name: 'GOMEMLIMIT', value: '1GiB' }])).reasons.includes('HeapSetByAuthor'))
  })

  for (const text of [7, null, '', 'GOMEMLIMIT=921MiB', 'GOMEMLIMIT=921MiB: jvm 90% of the memory limit,', {}])
    test(`says nothing with ${JSON.stringify(text)}`, () => {
      assert.ok(admit(claim(text, env)).reasons.includes('HeapSetByAuthor'))
    })
})

test('Node.js has the heap that was set', () => {
  const { value } = admit(podOf('node')).variable!
  const script = 'console.log(require("node:v8").getHeapStatistics().heap_size_limit)'
  const { stdout } = spawnSync(process.execPath, ['-e', script], { env: { NODE_OPTIONS: value }, encoding: 'utf8' })
  const mebibytes = Number(stdout) / 2 ** 20
  // V8 counts its young generation too, up to three semi-spaces of 64 MiB each.
  assert.ok(mebibytes >= 768 && mebibytes <= 768 + 3 * 64, `${mebibytes} MiB`)
})
