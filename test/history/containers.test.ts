import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Containers } from '../../src/history/containers.ts'
import { HistoryError } from '../../src/history/index.ts'
import { whyNotNamed } from '../../src/history/names.ts'

const web = { namespace: 'shop', kind: 'Deployment', name: 'web' }

test('a container is always the same object, and another one with any other name', () => {
  const containers = new Containers()
  const one = containers.intern(web, 'app')
  assert.equal(containers.intern({ ...web }, 'app'), one)
  for (const [workload, container] of [
    [{ ...web, namespace: 'x' }, 'app'],
    [{ ...web, kind: 'StatefulSet' }, 'app'],
    [{ ...web, name: 'x' }, 'app'],
    [web, 'x'],
  ] as const) {
    const other = containers.intern(workload, container)
    assert.notEqual(other, one)
    assert.deepEqual(other, { workload, container })
  }
})

test('the number of containers in a history is limited', () => {
  const containers = new Containers(2)
  const a = containers.intern(web, 'a')
  containers.intern(web, 'b')
  assert.equal(containers.intern(web, 'a'), a)
  assert.throws(
    () => containers.intern(web, 'c'),
    (error) => error instanceof HistoryError && /names more than 2 containers of workloads: check/.test(error.message),
  )
})

test('valid names in Kubernetes are accepted', () => {
  for (const [workload, container, pod] of [
    [web, 'app', ''],
    [{ ...web, name: 'a.b-c.d' }, 'a', 'a.b-c.d-0'],
    [{ ...web, name: 'x'.repeat(253) }, 'x'.repeat(63), 'x'.repeat(253)],
    [{ namespace: '0', kind: 'SparkApplication', name: '0' }, '0', '0'],
  ] as const) {
    assert.equal(whyNotNamed(workload, container, pod), undefined)
  }
})

test('invalid names are reported, with the problem', () => {
  for (const [workload, container, pod, why] of [
    [{ ...web, namespace: 'a.b' }, 'app', '', /^namespace "a\.b" is not a DNS label/],
    [{ ...web, namespace: '' }, 'app', '', /^namespace ""/],
    [{ ...web, namespace: 'x'.repeat(64) }, 'app', '', /^namespace "x+…"/],
    [{ ...web, kind: 'deployment' }, 'app', '', /^kind "deployment" is not a kind/],
    [{ ...web, kind: 'A/B' }, 'app', '', /^kind "A\/B"/],
    [{ ...web, name: 'a/b' }, 'app', '', /^workload "a\/b" is not a DNS name/],
    [{ ...web, name: '-a' }, 'app', '', /^workload "-a"/],
    [{ ...web, name: 'a..b' }, 'app', '', /^workload "a\.\.b"/],
    [{ ...web, name: 'x'.repeat(254) }, 'app', '', /^workload "x+…"/],
    [web, 'a.b', '', /^container "a\.b" is not a DNS label/],
    [web, 'x'.repeat(64), '', /^container "x+…"/],
    [web, 'app', 'A', /^pod "A" is not a DNS name/],
  ] as const) {
    assert.match(whyNotNamed(workload, container, pod) ?? '', why)
  }
})
