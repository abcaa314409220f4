import { globSync } from 'node:fs'

/**
 * Folders of tests that start no program and change nothing of their process. Each group runs in one process: loading the code again for
 * every file would take as long as the tests.
 */
const GROUPS = {
  decisions: ['api', 'explain', 'golden', 'policy', 'resources', 'revisions', 'sizing', 'slos', 'workloads'],
  learning: ['learner', 'backtest', 'backtest-page', 'insight', 'scoring', 'experiments'],
  cluster: ['actions', 'controller', 'doctor', 'docs', 'fleet', 'informers', 'kube', 'notices', 'readers', 'telemetry'],
} as const

/** Files that must have a process to themselves, and why. */
const APART: Readonly<Record<string, string>> = {
  'test/learner/footprint.test.ts': 'it measures the memory of its process',
}

/** Tests that run Helm, Prometheus or VictoriaMetrics, which `npm run build:cluster` builds, or OpenSSL or a server of git: `npm run test:programs`. */
export const WITH_PROGRAMS: readonly string[] = [
  'test/certs-scripts/make-certs.test.ts',
  'test/chart/dashboard.test.ts',
  'test/chart/grafana-queries.test.ts',
  'test/chart/helm3.test.ts',
  'test/chart/notes.test.ts',
  'test/chart/refused.test.ts',
  'test/chart/rendered.test.ts',
  'test/chart/running.test.ts',
  'test/chart/signing.test.ts',
  'test/chart/usual-values.test.ts',
  'test/commands/actions/export-pull-requests.test.ts',
  'test/commands/kubectl-plugin.test.ts',
  'test/commands/report/prometheus.test.ts',
  'test/field/stores.test.ts',
  'test/load/scripts.test.ts',
  'test/deploy/examples.test.ts',
  'test/plugin/krew.test.ts',
  'test/prometheus/other-stores.test.ts',
  'test/prometheus/own-cluster.test.ts',
  'test/prometheus/real-prometheus.test.ts',
  'test/prometheus/slos/native.test.ts',
  'test/prometheus/slos/objects.test.ts',
  'test/prometheus/slos/presets.test.ts',
  'test/pull-requests/synchronize.test.ts',
  'test/prometheus/slos/states.test.ts',
  'test/prometheus/stores.test.ts',
]

/** Tests that CI alone runs, each in a separate suite (`scripts/ci/suites.ts`): they take long, or compare times and must run alone. */
export const IN_CI: readonly string[] = ['test/parsing/large-documents.test.ts', 'test/load-generator/generate.test.ts']

export type Group = keyof typeof GROUPS
export const GROUP_NAMES = Object.keys(GROUPS) as Group[]

/** Test files of a group, relative to the root of the repository. */
export function filesOf(group: Group): readonly string[] {
  return GROUPS[group].flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`).filter((file) => !(file in APART)))
}
