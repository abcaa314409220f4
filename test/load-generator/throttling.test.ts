import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readThrottledMilliseconds } from '../../src/load-generator/throttling.ts'

const V1 = 'nr_periods 12\nnr_throttled 3\nthrottled_time 2500000\n'
const V2 = 'usage_usec 100\nuser_usec 60\nsystem_usec 40\nnr_periods 12\nnr_throttled 3\nthrottled_usec 2500\n'

const files = (found: Readonly<Record<string, string>>) => (file: string) => {
  if (found[file] === undefined) throw new Error(`ENOENT ${file}`)
  return found[file]
}

describe('CPU throttling of the load generator', () => {
  it('is read from cgroup v2', () => {
    assert.equal(readThrottledMilliseconds(files({ '/sys/fs/cgroup/cpu.stat': V2 })), 2.5)
  })
  it('is read from cgroup v1, at any mount point', () => {
    assert.equal(readThrottledMilliseconds(files({ '/sys/fs/cgroup/cpu/cpu.stat': V1 })), 2.5)
    assert.equal(readThrottledMilliseconds(files({ '/sys/fs/cgroup/cpu,cpuacct/cpu.stat': V1 })), 2.5)
  })
  it('is unknown where the kernel does not say it', () => {
    assert.equal(readThrottledMilliseconds(files({})), undefined)
    assert.equal(readThrottledMilliseconds(files({ '/sys/fs/cgroup/cpu.stat': 'usage_usec 100\n' })), undefined)
  })
})
