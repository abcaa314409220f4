/**
 * The distribution function of the standard normal distribution, to within 1.5·10⁻⁷.
 *
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
 */
export function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2)
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  const tail = (polynomial * Math.exp((-x * x) / 2)) / 2
  return x < 0 ? tail : 1 - tail
}
