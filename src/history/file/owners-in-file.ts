import { OWNER_METRICS, PodOwners } from '../owners.ts'
import { metricOf, parseLabels, splitSample } from './exposition.ts'
import { readLines } from './lines.ts'
import { SeriesByLabels } from './series-by-labels.ts'
import { readUtf8 } from './utf8.ts'

const KNOWN = {}

/** Owners that OpenMetrics text reports anywhere in the file. */
export async function readOwners(path: string, signal?: AbortSignal): Promise<PodOwners> {
  const owners = new PodOwners()
  const metrics = OWNER_METRICS.map((name) => ({ name, series: new SeriesByLabels() }))
  for await (const { lines } of readLines(readUtf8(path))) {
    signal?.throwIfAborted()
    for (const line of lines) {
      if (!line?.includes('kube_')) continue
      const called = metricOf(line)
      const metric = metrics.find(({ name }) => name === called)
      const labelText = metric && splitSample(line)?.labelText
      if (!labelText || metric.series.get(labelText)) continue
      metric.series.set(labelText, KNOWN)
      const labels = parseLabels(labelText)
      if (labels) owners.add(metric.name, labels)
    }
  }
  return owners
}
