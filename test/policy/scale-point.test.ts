import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { heldFor, readHpa } from '../../src/policy/autoscalers.ts'

const consent = { 'plimsoll.dev/keep-scale-point': 'true' }

function hpa(metadata: object = {}, target = 80) {
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } }
  return {
    metadata: { name: 'web', namespace: 'shop', annotations: consent, ...metadata },
    spec: { metrics: [{ type: 'Resource', resource }] },
  }
}
const note = (written: number) => ({
  ...consent,
  'plimsoll.dev/scale-point': JSON.stringify({ cpu: { author: 80, written } }),
})
const held = (object: ReturnType<typeof hpa>, keeps = true) => heldFor([readHpa(object, keeps)], 'app', 'cpu')

describe('an HPA on utilization', () => {
  test('holds nothing if its owner and the settings allow its target to change', () => {
    assert.equal(held(hpa()), undefined)
    assert.equal(held(hpa(), false), 'HeldForHpa')
    assert.equal(held(hpa({ annotations: {} })), 'HeldForHpa')
    assert.equal(held(hpa({ annotations: { 'plimsoll.dev/keep-scale-point': 'yes' } })), 'HeldForHpa')
  })

  test('is left alone if a controller owns it', () => {
    const ownerReferences = [{ kind: 'ScaledObject', name: 'web', controller: true }]
    assert.equal(held(hpa({ ownerReferences })), 'ScaleTargetOwned')
  })

  test('is left alone if a GitOps tool reconciles it, by labels, annotations or field managers', () => {
    for (const metadata of [
      { labels: { 'argocd.argoproj.io/instance': 'web' } },
      { labels: { 'kustomize.toolkit.fluxcd.io/name': 'web' } },
      { annotations: { ...consent, 'argocd.argoproj.io/tracking-id': 'web' } },
      { managedFields: [{ manager: 'kubectl' }, { manager: 'argocd-controller' }] },
    ])
      assert.equal(held(hpa(metadata)), 'ScaleTargetReconciled')
    assert.equal(
      held(hpa({ managedFields: [{ manager: 'kubectl-client-side-apply' }, { manager: 'plimsoll' }] })),
      undefined,
    )
  })

  test('is left alone if somebody has written the target since', () => {
    assert.equal(held(hpa({ annotations: note(160) }, 160)), undefined)
    assert.equal(held(hpa({ annotations: note(160) }, 80)), 'ScaleTargetChanged')
  })

  test('whose target was changed does not hold the author’s request, even if the settings no longer ask for it', () => {
    assert.equal(held(hpa({ annotations: note(160) }, 160), false), undefined)
  })

  test('still counts when a boost is considered', () => {
    assert.equal(heldFor([readHpa(hpa(), true)], 'app', 'cpu', true), 'HeldForHpa')
  })

  test('with a note that cannot be read has no note', () => {
    for (const text of ['', '[]', '{"cpu":7}', '{"cpu":{"author":0,"written":1}}', 'x'.repeat(20_000)])
      assert.equal(held(hpa({ annotations: { ...consent, 'plimsoll.dev/scale-point': text } })), undefined)
  })
})
