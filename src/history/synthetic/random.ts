/** Random numbers that are the same for the same seed, on every machine. */
export interface Random {
  /** Uniform, 0 ≤ x < 1. */
  next(): number
  /** Uniform, low ≤ x < high. */
  between(low: number, high: number): number
  /** Normal, mean 0, standard deviation 1. */
  normal(): number
}

/** Generator that adds the golden ratio and mixes the sum (finaliser of MurmurHash3): good enough for generated usage, not for secrets. */
export function seededRandom(seed: string): Random {
  let state = 0
  for (const byte of new TextEncoder().encode(seed)) state = mix(state ^ byte)
  const next = () => {
    state = (state + 0x9e37_79b9) | 0
    return (mix(state) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    // Box and Muller, "A note on the generation of random normal deviates", 1958.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}

function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return h ^ (h >>> 16)
}
