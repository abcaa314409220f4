/** A price for an hour: small ones keep their figures. */
export function cost(price: number): string {
  if (price === 0) return '0'
  return price >= 1 ? price.toFixed(2) : String(Number(price.toPrecision(2)))
}

export function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`
  return value >= 100 ? `${Math.round(value)} ms` : `${Number(value.toPrecision(2))} ms`
}
