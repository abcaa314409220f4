// Inputs that people keep: ../shared/field has the files, and README.md there the right outcomes.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const FOUND = ['../../../shared/field', '../../../../shared/field']
  .map((path) => join(import.meta.dirname, path))
  .find((path) => existsSync(path))

/** The folder; meaningless where `noField` says why there is none. */
export const FIELD = FOUND ?? 'field'
export const noField = FOUND === undefined ? 'there is no ../shared/field' : undefined

/** Says why tests are skipped, where they are. */
export function tellSkipped(file: string, why: string | undefined): void {
  if (why) console.log(`${file}: skipped, ${why}`)
}

/** Cases of a real Prometheus, in `prometheus/`: test/field/stores.test.ts. */
export const STORE_CASES = [
  'without-honor-labels',
  'bare-pods',
  'scrape-every-5-minutes',
  'store-limits-range',
  'two-clusters',
] as const

/** Cases of a real API server, in `cluster/`: test/cluster/field/field.cluster.ts. */
export const CLUSTER_CASES = [
  ...['hpa-by-another-name', 'owners-per-run', 'many-containers', 'limitrange-beyond-64.yaml'],
  ...['quota-beyond-64.yaml', 'namesake-in-another-cluster.yaml', 'usage-of-cluster.py'],
] as const
