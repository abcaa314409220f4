/**
 * Sum of the series with this name and at least these labels, in the text format of Prometheus; undefined if there is none.
 * Label values are compared as they are written, escapes included.
 */
export function sumOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  let sum: number | undefined
  for (const line of text.split('\n')) {
    if (!line.startsWith(name)) continue
    const rest = line.slice(name.length)
    const series = /^(?:\{(.*)\})? ([^ ]+)(?: \d+)?$/.exec(rest)
    if (!series) continue
    const [, given = '', value] = series
    if (Object.entries(labels).every(([key, wanted]) => `,${given}`.includes(`,${key}="${wanted}"`))) {
      sum = (sum ?? 0) + Number(value)
    }
  }
  return sum
}
