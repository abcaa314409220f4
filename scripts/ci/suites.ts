import { globSync } from 'node:fs'
import { basename } from 'node:path'
import type { Suite } from './suite.ts'

const NODE_TEST = [process.execPath, '--test', '--test-reporter=./test/reporter.ts']
const HELM = 'Helm'
const KUBERNETES = 'Kubernetes'
const LOAD = 'load generator'
const KWOK = 'KWOK'

/**
 * Minutes and cores of the suites that are not small, by file: as they are on two cores beside others. Rough figures do; the
 * table at the end of a run has what they really are.
 */
export const MEASURED: Readonly<Record<string, readonly [minutes: number, cores: number]>> = {
  'availability.soak.ts': [14, 0.6],
  'loop.cluster.ts': [8, 0.6],
  'cluster.browser.ts': [5, 0.4],
  'scale.cluster.ts': [5, 0.9],
  'afternoon.cluster.ts': [5, 0.8],
  'upgrade.cluster.ts': [6, 0.6],
  'chart.cluster.ts': [5, 0.7],
  'try.cluster.ts': [5, 0.6],
  'application.cluster.ts': [5, 0.6],
  'autoscaled.cluster.ts': [3, 0.5],
  'approval.cluster.ts': [3, 0.5],
  'path.cluster.ts': [4, 0.4],
  'experiment.cluster.ts': [7, 0.5],
  'migrate.cluster.ts': [4, 0.5],
  'apply.cluster.ts': [5, 0.4],
  'nodes.cluster.ts': [3, 0.9],
  'burst.cluster.ts': [7, 0.3],
  'installed.cluster.ts': [3, 0.5],
  'fleet.cluster.ts': [3, 0.5],
  'restart.cluster.ts': [2, 0.4],
  'refused.cluster.ts': [2, 0.4],
  'boost.cluster.ts': [3, 0.5],
  'hpa.cluster.ts': [2, 0.5],
  'doctor.cluster.ts': [3, 0.5],
  'advance.cluster.ts': [2, 0.5],
  'callers.cluster.ts': [2, 0.6],
  'field.cluster.ts': [2, 0.6],
  'certificates.cluster.ts': [2, 0.6],
  'page.browser.ts': [2, 0.9],
  'profiles.cluster.ts': [1, 0.6],
  'generated.cluster.ts': [1, 0.6],
  'many.cluster.ts': [1, 0.6],
  'reflector.cluster.ts': [1, 0.2],
  'sizing.slo.ts': [10.2, 2],
  'guard.slo.ts': [3, 2],
}
const SMALL = [0.5, 0.5] as const
/** What suites need besides Kubernetes: k6 for load, KWOK for kubelets of nodes that do not exist. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'try.cluster.ts': [LOAD],
  'application.cluster.ts': [LOAD],
  'autoscaled.cluster.ts': [LOAD],
  'nodes.cluster.ts': [KWOK],
}

/**
 * Everything that CI runs, in the order in which suites start. Each `*.cluster.ts`, `*.slo.ts`, `*.soak.ts` and `*.browser.ts` is a suite: a
 * new file is found without being named here, and needs an entry in `MEASURED` only if it is not small.
 *
 * @param root directory of the repository
 */
export function allSuites(root: string): Suite[] {
  const files = (pattern: string, group: string, needs: readonly string[] = [], more: Partial<Suite> = {}): Suite[] =>
    globSync(pattern, { cwd: root }).map((file) => {
      const [minutes, cores] = MEASURED[basename(file)] ?? SMALL
      const name = file.replace(/^test\/(cluster\/)?/, '').replace(/\.ts$/, '')
      const all = [...needs, ...(MORE[basename(file)] ?? [])]
      return { name, group, command: [...NODE_TEST, file], minutes, cores, needs: all, ...more }
    })
  const onClusters = [
    ...files('test/cluster/**/*.cluster.ts', 'cluster', [KUBERNETES]),
    ...files('test/browser/*.browser.ts', 'browser', [KUBERNETES]),
    ...files('test/cluster/**/*.soak.ts', 'availability', [KUBERNETES]),
  ]
  return [
    ...programs,
    { name: 'tests', group: 'tests', command: ['npm', 'test', '--silent'], minutes: 5, cores: 1 },
    ...properties,
    fuzz,
    onTime,
    // They compare latency with a limit.
    ...files('test/cluster/slo/*.slo.ts', 'slos', [KUBERNETES, LOAD], { isAlone: true }),
    // The longest first; what is short fills the gaps that they leave.
    ...onClusters.sort((a, b) => b.minutes - a.minutes || a.name.localeCompare(b.name)),
    site,
    { name: 'lint', group: 'lint', command: ['npm', 'run', 'lint', '--silent'], minutes: 1, cores: 1 },
    {
      name: 'tests with programs',
      group: 'tests',
      command: ['npm', 'run', 'test:programs', '--silent'],
      minutes: 3,
      cores: 1,
      needs: [HELM, KUBERNETES],
    },
  ]
}

/**
 * Built with Go where a machine has none of them yet, which takes both cores for 15 to 35 minutes; else found at once. They count
 * for no cores, so that what needs no cluster runs meanwhile.
 */
const programs: readonly Suite[] = [
  {
    name: HELM,
    group: 'programs',
    command: [process.execPath, 'test/cluster/build.ts', 'helm', 'helm3'],
    minutes: 0,
    cores: 0,
  },
  {
    name: KUBERNETES,
    group: 'programs',
    command: [process.execPath, 'test/cluster/build.ts'],
    minutes: 0,
    cores: 0,
    // One build at a time: this one uses all cores.
    needs: [HELM],
  },
  {
    name: LOAD,
    group: 'programs',
    command: [process.execPath, 'test/cluster/build.ts', 'k6', 'service'],
    minutes: 0,
    cores: 0,
    needs: [KUBERNETES],
  },
  {
    name: KWOK,
    group: 'programs',
    command: [process.execPath, 'test/cluster/build.ts', 'kwok'],
    minutes: 0,
    cores: 0,
    needs: [LOAD],
  },
]

/**
 * What `npm test` tries a few times, tried very often: properties of what a Pod carries (100,000 cases, and 50,000 of the larger
 * ones), of certificates, and of a store whose writer is killed.
 */
const properties = (
  [
    ['sizing/invariants', 50],
    ['sizing/admission-constraints', 25],
    ['sizing/runtime', 25],
    ['certificates/plan', 20],
    ['recommendations/file-store-kill', 10],
    ['revisions/*', 3],
    ['{resources/quantity,sizing/heap,sizing/bounds}', 20],
    ['parsing/large-documents', 1],
  ] as const
).map(
  ([name, factor]): Suite => ({
    name: `properties ${name}`,
    group: 'properties',
    command: [...NODE_TEST, `test/${name}.test.ts`],
    env: { PLIMSOLL_PROPERTY_FACTOR: `${factor}` },
    minutes: 5,
    cores: 1,
    isBackground: true,
  }),
)

/** The same mutated inputs in every run, so that CI fails only for what has changed. `npm run fuzz` takes another seed each time. */
const fuzz: Suite = {
  ...{ name: 'fuzz', group: 'properties', command: [process.execPath, 'test/fuzz/index.ts', '--seed=1'] },
  ...{ minutes: 2, cores: 1, isBackground: true },
}

/** Compares times with what they must be, so nothing runs beside it. */
const onTime: Suite = {
  name: 'load on schedule',
  group: 'tests',
  command: [...NODE_TEST, 'test/load-generator/generate.test.ts'],
  minutes: 0.5,
  cores: 1,
  isAlone: true,
}

/** Builds the documentation without a network, and checks its links. `.ci/run` has installed what it takes. */
const site: Suite = {
  ...{ name: 'site', group: 'site', command: [process.execPath, 'scripts/site.ts'] },
  ...{ minutes: 2, cores: 1 },
}

/** The suites of these groups and those that they need; all where no group is named. */
export function selected(suites: readonly Suite[], groups: readonly string[]): Suite[] {
  const unknown = groups.filter((group) => !suites.some((suite) => suite.group === group))
  if (unknown.length > 0) {
    const known = [...new Set(suites.map(({ group }) => group))]
    throw new Error(`there are no suites "${unknown.join('", "')}": expected ${known.join(', ')}`)
  }
  if (groups.length === 0) return [...suites]
  const wanted = new Set<string>()
  const add = (suite: Suite) => {
    wanted.add(suite.name)
    for (const need of suite.needs ?? []) add(suites.find(({ name }) => name === need)!)
  }
  for (const suite of suites) if (groups.includes(suite.group)) add(suite)
  return suites.filter(({ name }) => wanted.has(name))
}
