import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cadenceOf } from '../../src/controller/cadence.ts'

const pods = (...asked: (string | undefined)[]) => asked.map((applyRunning) => ({ placement: { applyRunning } }))
const IN_PLACE = { running: 'inPlace' } as const

describe('a workload is decided on', () => {
  test('every hour where its Pods are resized while they run', () => {
    assert.equal(cadenceOf({ labels: {}, pods: pods(undefined) }, IN_PLACE, true), '1h')
    assert.equal(cadenceOf({ labels: {}, pods: pods('never', 'inPlace') }, IN_PLACE, true), '1h', 'some are')
  })

  test('every day where the API server resizes none', () => {
    assert.equal(cadenceOf({ labels: {}, pods: pods(undefined) }, IN_PLACE, false), '24h')
  })

  test('every day where settings or authors want none resized', () => {
    assert.equal(cadenceOf({ labels: {}, pods: pods('inPlace') }, { running: 'never' }, true), '24h')
    assert.equal(cadenceOf({ labels: {}, pods: pods('never', 'never') }, IN_PLACE, true), '24h')
  })

  test('every day where its Pods have opted out, or none runs', () => {
    const labels = { 'plimsoll.dev/inject': 'false' }
    assert.equal(cadenceOf({ labels, pods: pods(undefined) }, IN_PLACE, true), '24h')
    assert.equal(cadenceOf({ labels: {}, pods: [] }, IN_PLACE, true), '24h')
  })
})
