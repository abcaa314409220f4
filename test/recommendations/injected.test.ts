import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { recommendationDefinition } from '../../src/api/index.ts'
import { DEFINED_COLUMNS, INJECTED_RECOMMENDATIONS, trimToInjected } from '../../src/recommendations/index.ts'

const workload = { kind: 'Deployment', name: 'cart' }
const containers = [{ name: 'app', cpu: { request: '250m', limit: '1' }, held: { memory: 'HeldByPerson' } }]
const cells = {
  Name: 'deployment-cart',
  Namespace: 'shop',
  Kind: 'Deployment',
  Workload: 'cart',
  Applied: 3,
  Injected: JSON.stringify(containers),
  Canary: null,
  Startup: null,
}
const metadata = { namespace: 'shop', name: 'deployment-cart' }
const row = (changes: object) => ({ metadata, cells: { ...cells, ...changes } })
const injected = (status: object) => ({ metadata: { namespace: 'shop' }, spec: { workload }, status })

interface Version {
  readonly name: string
  readonly storage: boolean
  readonly additionalPrinterColumns: readonly { readonly name: string; readonly jsonPath: string }[]
}
const { versions } = recommendationDefinition().spec as { readonly versions: readonly [Version, Version] }

describe('what is injected', () => {
  test('is read from columns in the definition', () => {
    const columns = versions[1].additionalPrinterColumns
    const paths = DEFINED_COLUMNS.map((wanted) => columns.filter(({ name }) => name === wanted))
    assert.deepEqual(
      paths.map((found) => found.map(({ jsonPath }) => jsonPath)),
      [
        ['.metadata.namespace'],
        ['.spec.workload.kind'],
        ['.spec.workload.name'],
        ['.status.applied.revision'],
        ['.status.applied.containers'],
        ['.status.canary'],
        ['.status.startup'],
      ],
    )
  })

  test('has columns in a version that is neither stored nor shown by kubectl: people see texts, numbers and no namespace twice', () => {
    assert.deepEqual(
      versions.map(({ name, storage }) => [name, storage]),
      [
        ['v1alpha1', true],
        ['injected', false],
      ],
    )
    assert.equal(INJECTED_RECOMMENDATIONS.apiVersion, `plimsoll.dev/${versions[1].name}`)
    assert.deepEqual(
      versions[0].additionalPrinterColumns.map(({ name }) => name),
      ['Mode', 'CPU', 'Memory', 'Confidence', 'State', 'SLO', 'Age', 'Goal', 'Applied', 'Learned'],
    )
  })

  test('is the same in a row and in the whole object, without evidence', () => {
    const canary = {
      percent: 10,
      since: '2026-06-02T00:00:00Z',
      revision: { revision: 4, goal: 'savings', containers },
    }
    const whole = (status?: object) => ({ metadata: { ...metadata, uid: 'u' }, spec: { workload }, status })
    const known = containers.map((container) => ({ ...container, evidence: { samples: 1 } }))
    const applied = { revision: 3, time: '2026-06-01T00:00:00Z', containers: known }
    const tried = { percent: 10, revision: { revision: 4, containers } }
    assert.deepEqual(
      trimToInjected(whole({ applied, canary, learned: applied })),
      injected({ applied: { revision: 3, containers }, canary: tried }),
    )
    assert.deepEqual(
      trimToInjected(row({ Canary: JSON.stringify(canary) })),
      injected({ applied: { revision: 3, containers: cells.Injected }, canary: tried }),
    )
    const startup = { upTo: '4' }
    assert.deepEqual(trimToInjected(whole({ startup })), injected({ startup }))
    const text = JSON.stringify(startup)
    assert.deepEqual(trimToInjected(row({ Startup: text })).status?.startup, text)
    assert.deepEqual(trimToInjected(whole({ learned: applied })), injected({}))
    assert.deepEqual(trimToInjected(row({ Applied: null, Injected: null })), injected({}))
    assert.deepEqual(trimToInjected(whole()), injected({}))
  })

  test('is from the object that is named after the workload: another one cannot replace it', () => {
    const message = /not the Recommendation of Deployment cart, which is named deployment-cart/
    assert.throws(() => trimToInjected(row({ Name: 'deployment-cart-2' })), message)
    const other = { metadata: { ...metadata, name: 'mine' }, spec: { workload } }
    assert.throws(() => trimToInjected(other as never), message)
  })

  test('contains the workload, and values in JSON', () => {
    assert.throws(() => trimToInjected(row({ Workload: null })), /names no workload/)
    assert.throws(() => trimToInjected({ metadata: {} }), /names no workload/)
    assert.throws(() => trimToInjected(row({ Injected: 'map[cpu:1]' })), /JSON/)
    assert.throws(() => trimToInjected(row({ Injected: null })), /Injected is not a JSON list/)
    assert.throws(() => trimToInjected(row({ Canary: '7' })), TypeError)
  })
})
