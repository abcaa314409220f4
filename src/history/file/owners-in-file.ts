import type { RunRule } from '../../workloads/index.ts'
import { OWNER_METRICS, PodOwners } from '../owners.ts'
import { metricOf, parseLabels, splitSample } from './exposition.ts'
import type { LineBatch } from './lines.ts'
import type { Selection } from './selection.ts'
import { SeriesByLabels } from './series-by-labels.ts'

const KNOWN = {}

/** Owners that OpenMetrics text reports anywhere among its lines. */
export async function readOwners(
  text: AsyncIterable<LineBatch>,
  { rules, selection }: { readonly rules: readonly RunRule[] | undefined; readonly selection: Selection },
  signal?: AbortSignal,
): Promise<PodOwners> {
  const owners = new PodOwners(undefined, rules)
  const metrics = OWNER_METRICS.map((name) => ({ name, series: new SeriesByLabels() }))
  for await (const { lines } of text) {
    signal?.throwIfAborted()
    for (const line of lines) {
      if (typeof line !== 'string' || !line.includes('kube_')) continue
      const called = metricOf(line)
      const metric = metrics.find(({ name }) => name === called)
      const labelText = metric && splitSample(line)?.labelText
      if (!labelText || metric.series.get(labelText)) continue
      metric.series.set(labelText, KNOWN)
      const labels = parseLabels(labelText)
      if (labels && selection.takes(labels)) owners.add(metric.name, labels)
    }
  }
  return owners
}
