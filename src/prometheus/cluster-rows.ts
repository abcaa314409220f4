import { identifyingLabels, NOT_IDENTIFYING, type TimeWindow } from '../history/index.ts'
import { ClusterCheck, type Rows } from './cluster-check.ts'
import type { Reporter } from './layout.ts'
import type { StoreReader } from './store-reader.ts'

/** Reads the labels in which the series of a namespace differ, apart from labels of objects, scrapes, replicas and nodes. */
export async function readRows(reader: StoreReader, namespace: string, window: TimeWindow): Promise<Rows> {
  const of = async (reporter: Reporter) => {
    const scope = await reader.scope(reporter, window, namespace)
    return await reader.distinct(reporter, window, scope, NOT_IDENTIFYING)
  }
  return { usage: await of('usage'), state: await of('state') }
}

/** Names of the labels that may distinguish clusters in a namespace. */
export function namesIn(rows: Rows, settled: ReadonlySet<string>): string[] {
  return identifyingLabels([...rows.usage, ...rows.state], settled)
}

/** The check that the series of a namespace are from one cluster, no matter which one. */
export async function checkOfClusters(
  reader: StoreReader,
  namespace: string,
  window: TimeWindow,
): Promise<ClusterCheck> {
  const rows = await readRows(reader, namespace, window)
  return new ClusterCheck(reader.name, rows, namesIn(rows, reader.settled))
}
