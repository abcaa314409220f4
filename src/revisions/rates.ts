/**
 * Chance that at least `events` of all events fall to one of two groups if both have them at the same rate: the exact conditional
 * test of two Poisson rates.
 *
 * Source: J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples from Poisson series, Biometrika 31 (1940).
 *
 * @param events events of the group, out of `total`
 * @param share the group's share of what the events are proportional to, such as the time for which both groups were watched, 0..1
 */
export function chanceOfAtLeast(events: number, total: number, share: number): number {
  if (events <= 0) return 1
  let chance = 0
  // P(X = k) is computed by its logarithm, because 0.2 to the 500th underflows.
  let logChoose = 0
  for (let k = 0; k <= total; k++) {
    if (k > 0) logChoose += Math.log(total - k + 1) - Math.log(k)
    if (k >= events) chance += Math.exp(logChoose + times(k, Math.log(share)) + times(total - k, Math.log1p(-share)))
  }
  return Math.min(1, chance)
}

/** Product in which 0 × −∞ is 0: without an event, its probability does not count. */
function times(count: number, log: number): number {
  return count === 0 ? 0 : count * log
}
