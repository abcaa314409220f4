import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Progress } from '../../../src/commands/terminal/progress.ts'

function shown(isTTY: boolean, steps: readonly [samples: number, share?: number][], term = 'xterm'): string {
  let text = ''
  const write = (chunk: string | Uint8Array) => {
    text += chunk
    return true
  }
  const progress = new Progress({ isTTY, write }, term)
  for (const [samples, share] of steps) progress.show({ samples, ...(share !== undefined && { share }) })
  progress.end()
  return text
}

const HALVES: readonly [number, number][] = [
  [1_000, 0.1],
  [5_000, 0.501],
  [5_001, 0.504],
  [10_000, 1],
]

test('a terminal shows a bar that is redrawn for each percent, and removed at the end', () => {
  const drawn = shown(true, HALVES).split('\r\u001B[K').slice(1)
  assert.deepEqual(drawn, [
    '  ███░░░░░░░░░░░░░░░░░░░░░░░░░░░  10 %  1,000 samples',
    '  ███████████████░░░░░░░░░░░░░░░  50 %  5,000 samples',
    '  ██████████████████████████████ 100 %  10,000 samples',
    '',
  ])
})

test('elsewhere each quarter is a plain line, without control characters', () => {
  assert.equal(shown(false, HALVES), '   50 %  5,000 samples\n  100 %  10,000 samples\n')
  assert.equal(shown(true, HALVES, 'dumb'), shown(false, HALVES))
})

test('where the end is not known, samples are counted', () => {
  const steps: readonly [number][] = [[10_000], [30_000], [1_000_000]]
  assert.equal(shown(true, steps), '\r\u001B[K  30,000 samples\r\u001B[K  1,000,000 samples\r\u001B[K')
  assert.equal(shown(false, steps), '  1,000,000 samples\n')
})

test('the current activity is shown where there is nothing to count', () => {
  const written: string[] = []
  const progress = new Progress({ isTTY: false, write: (text: string | Uint8Array) => written.push(String(text)) > 0 })
  for (const share of [0.1, 0.3, 0.31, 1]) progress.showShare(share, 'deciding')
  assert.deepEqual(written, ['   30 %  deciding\n', '  100 %  deciding\n'])
})
