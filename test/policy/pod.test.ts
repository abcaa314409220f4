import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countContainers, type Pod, readContainers, readOverhead, readShape } from '../../src/policy/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'

const pod = (spec: object): Pod => ({ spec }) as Pod

describe('the containers of a Pod', () => {
  const proxy = { name: 'proxy', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } }
  const containers = [null, { image: 'nameless' }, { name: 'app', restartPolicy: 'Always' }]
  const whole = pod({ initContainers: [{ name: 'prepare', restartPolicy: 'OnFailure' }, proxy], containers })

  test('are in the order in which they start, each with its kind and its place', () => {
    const slots = readContainers(whole).map(({ kind, list, index, name }) => [kind, list, index, name].join(' '))
    assert.deepEqual(slots, [
      'init initContainers 0 prepare',
      'sidecar initContainers 1 proxy',
      'container containers 2 app',
    ])
    const [, second] = readContainers(whole)
    assert.equal(second!.container, proxy)
    assert.deepEqual(second!.carried.cpu, { request: parseQuantity('1'), limit: undefined })
  })

  test('are empty if the Pod has none that can be read', () => {
    for (const odd of [{}, { spec: null }, pod({}), pod({ containers: null }), pod({ containers: 'app' })])
      assert.deepEqual(readContainers(odd as Pod), [])
  })

  test('and the overhead of its RuntimeClass are its shape', () => {
    const overhead = { cpu: '250m', memory: '64Mi' }
    assert.deepEqual(readShape(pod({ containers: [{ name: 'app' }], overhead })), {
      slots: [{ name: 'app', kind: 'container' }],
      overhead: { cpu: parseQuantity('250m'), memory: parseQuantity('64Mi') },
    })
  })
})

test('a RuntimeClass without overhead counts as zero', () => {
  const none = { cpu: 0n, memory: 0n }
  for (const odd of [{}, { spec: null }, pod({}), pod({ overhead: null }), pod({ overhead: { cpu: 'much' } })])
    assert.deepEqual(readOverhead(odd as Pod), none)
})

test('every container of a Pod is counted, including those that cannot be read', () => {
  assert.equal(countContainers(pod({ containers: [{ name: 'app' }, null], initContainers: [{}] })), 3)
  for (const odd of [{}, { spec: null }, pod({}), pod({ containers: 'app', initContainers: null })])
    assert.equal(countContainers(odd as Pod), 0)
})
