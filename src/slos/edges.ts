/** How far two edges may differ and still be the same: those of clients have noise, such as 0.30000000000000004. */
const TOLERANCE = 1e-6

/** The edge of a bucket as the label `le` spells it; undefined if it is no number. */
export function readEdge(le: string): number | undefined {
  if (/^\+?Inf$/i.test(le)) return Number.POSITIVE_INFINITY
  const edge = le.trim() === '' ? Number.NaN : Number(le)
  return Number.isNaN(edge) ? undefined : edge
}

export function isSameEdge(a: number, b: number): boolean {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a === b
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
}

/**
 * The spellings of the edges that a threshold may be rounded down to: the highest edges that are not above it.
 *
 * @param les spellings of all edges
 * @param most number of edges; each may have several spellings
 */
export function edgesUpTo(les: Iterable<string>, threshold: number, most: number): string[] {
  const below = [...les].flatMap((le) => {
    const edge = readEdge(le)
    return edge !== undefined && (edge < threshold || isSameEdge(edge, threshold)) ? [{ le, edge }] : []
  })
  below.sort((a, b) => b.edge - a.edge)
  const chosen: string[] = []
  let count = 0
  let last: number | undefined
  for (const { le, edge } of below) {
    if (last === undefined || !isSameEdge(edge, last)) count++
    if (count > most) break
    last = edge
    chosen.push(le)
  }
  return chosen
}
