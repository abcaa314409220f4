import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cadenceOf } from '../../src/controller/cadence.ts'

const pods = (...asked: (string | undefined)[]) => asked.map((applyRunning) => ({ placement: { applyRunning } }))
const IN_PLACE = { running: 'inPlace' } as const

describe('the cadence of a workload', () => {
  test('is hourly if its Pods are resized while they run', () => {
    assert.equal(cadenceOf({ labels: {}, pods: pods(undefined) }, IN_PLACE, true), '1h')
    assert.equal(cadenceOf({ labels: {}, pods: pods('never', 'inPlace') }, IN_PLACE, true), '1h', 'some are')
  })

  test('is daily if the API server cannot resize Pods', () => {
    assert.equal(cadenceOf({ labels: {}, pods: pods(undefined) }, IN_PLACE, false), '24h')
  })

  test('is daily if settings or authors exclude resizes', () => {
    assert.equal(cadenceOf({ labels: {}, pods: pods('inPlace') }, { running: 'never' }, true), '24h')
    assert.equal(cadenceOf({ labels: {}, pods: pods('never', 'never') }, IN_PLACE, true), '24h')
  })

  test('is daily if its Pods have opted out, or none runs', () => {
    const labels = { 'plimsoll.dev/inject': 'false' }
    assert.equal(cadenceOf({ labels, pods: pods(undefined) }, IN_PLACE, true), '24h')
    assert.equal(cadenceOf({ labels: {}, pods: [] }, IN_PLACE, true), '24h')
  })
})
