import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { REASONS, type ReasonFamily } from '../../src/policy/reasons.ts'
import { admitGolden, golden, goldenNames } from './cases.ts'

const names = goldenNames()
const cases = names.map(golden)

describe('a golden Pod comes out as written', () => {
  for (const one of cases) {
    test(`${one.name}: ${one.about}`, () => {
      assert.notEqual(one.about, '', 'the first line is a comment that says what this is')
      assert.deepEqual(admitGolden(one).outcome, one.out)
    })
  }
})

const codesOf = (family: ReasonFamily) =>
  Object.entries(REASONS).flatMap(([code, reason]) => (reason.family === family ? [code] : []))

/** Container, native sidecar and init container, by the names that they have in every golden Pod. */
const KINDS = ['app', 'proxy', 'prepare']

/** Codes that are said of containers, and never of sidecars or init containers. */
const ONLY_CONTAINERS: ReadonlySet<string> = new Set(['RestartsForHeap'])

test('every code that the webhook says of a Pod has a golden Pod', () => {
  const said = new Set(cases.flatMap(({ out }) => out.codes))
  assert.deepEqual(
    codesOf('pod').filter((code) => !said.has(code)),
    [],
  )
})

test('every code that it says of a container has a golden Pod, for each kind of container', () => {
  const said = new Set(
    cases.flatMap(({ out }) =>
      Object.entries(out.containers).flatMap(([container, { cpu, memory }]) =>
        [cpu, memory].flatMap((line) =>
          line
            .split(' ')
            .slice(1)
            .map((code) => `${code} of ${container}`),
        ),
      ),
    ),
  )
  const kindsOf = (code: string) => (ONLY_CONTAINERS.has(code) ? KINDS.slice(0, 1) : KINDS)
  const missing = codesOf('container').flatMap((code) =>
    kindsOf(code)
      .map((kind) => `${code} of ${kind}`)
      .filter((one) => !said.has(one)),
  )
  assert.deepEqual(missing, [])
})

test('the kinds of containers have the names that the test above goes by', () => {
  for (const { name, pod } of cases) {
    const spec = pod.spec as {
      initContainers?: { name: string; restartPolicy?: string }[]
      containers: { name: string }[]
    }
    for (const { name: container, restartPolicy } of spec.initContainers ?? []) {
      assert.equal(container, restartPolicy === 'Always' ? 'proxy' : 'prepare', name)
    }
    assert.ok(
      spec.containers.every((container) => !['proxy', 'prepare'].includes(container.name)),
      name,
    )
  }
})
