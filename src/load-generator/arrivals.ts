/** When requests are due, in milliseconds from the start: endless, and independent of answers. */
export function* arrivals(
  requestsPerSecond: number,
  kind: 'constant' | 'poisson',
  random: () => number,
): Generator<number, never> {
  const interval = 1000 / requestsPerSecond
  if (kind === 'constant') for (let number = 0; ; number++) yield number * interval
  // The gaps of a Poisson process are exponential.
  for (let at = 0; ; at += -Math.log(1 - random()) * interval) yield at
}
