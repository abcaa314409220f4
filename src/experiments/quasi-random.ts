/**
 * Points that fill a unit cube evenly, however many are taken.
 *
 * Source: M. Roberts, The Unreasonable Effectiveness of Quasirandom Sequences, 2018 (R-sequence: multiples of powers of the
 * generalised golden ratio).
 *
 * @param seed shifts all points
 */
export function quasiRandomPoints(count: number, dimensions: number, seed: number): number[][] {
  let golden = 1.5
  for (let i = 0; i < 40; i++) golden = (1 + golden) ** (1 / (dimensions + 1))
  const shift = fraction(seed * 0.618033988749895 + 0.5)
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: dimensions }, (_, j) => fraction(shift + (i + 1) / golden ** (j + 1))),
  )
}

function fraction(x: number): number {
  return x - Math.floor(x)
}
