import assert from 'node:assert/strict'

/** Asserts that two numbers, or lists of them, are equal except for rounding errors. */
export function near(actual: number | ArrayLike<number>, expected: number | ArrayLike<number>, message = ''): void {
  if (typeof actual === 'number' || typeof expected === 'number') {
    const [a, b] = [actual as number, expected as number]
    if (Number.isNaN(b)) assert.ok(Number.isNaN(a), `${message} ${a} is not NaN`)
    else assert.ok(Math.abs(a - b) <= 1e-6 * Math.max(1e-3, Math.abs(b)), `${message} ${a} is not ${b}`)
    return
  }
  assert.equal(actual.length, expected.length, message)
  for (let i = 0; i < expected.length; i++) near(actual[i]!, expected[i]!, `${message} [${i}]`)
}
