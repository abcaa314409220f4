import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applicationOf, applicationRule } from '../../src/policy/application.ts'

const POD = { kind: 'Deployment', labels: { 'app.kubernetes.io/name': 'checkout', app: 'shop', empty: '' } }
const APP = { name: 'app', image: 'registry.example.com:5000/shop/checkout:1.2@sha256:abc' }

test('an application is named by a label of the Pod, the kind of its workload and the container', () => {
  const rule = applicationRule({ by: 'label' })!
  assert.deepEqual(applicationOf(rule, POD, APP), { name: 'checkout', key: 'label/Deployment/checkout/app' })
  const other = applicationRule({ by: 'label', label: 'app' })!
  assert.deepEqual(applicationOf(other, POD, APP), { name: 'shop', key: 'label/Deployment/shop/app' })
})

test('an application is named by the image without tag and digest', () => {
  const rule = applicationRule({ by: 'image', label: 'app' })!
  const named = (image: string) => applicationOf(rule, POD, { name: 'app', image })
  const checkout = { name: 'checkout', key: 'image/registry.example.com:5000/shop/checkout' }
  assert.deepEqual(named(APP.image), checkout)
  assert.deepEqual(named('registry.example.com:5000/shop/checkout'), checkout)
  assert.deepEqual(named('nginx:1.27'), { name: 'nginx', key: 'image/nginx' })
})

test('nothing is named without the label, without an image, or if nobody asks for it', () => {
  for (const label of ['missing', 'empty', 'constructor'])
    assert.equal(applicationOf(applicationRule({ by: 'label', label })!, POD, APP), undefined)
  assert.equal(applicationOf({ by: 'image' }, POD, { name: 'app', image: '' }), undefined)
  assert.equal(applicationRule({ by: 'none' }), undefined)
})
