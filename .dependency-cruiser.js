// The modules and their entry points (ARCHITECTURE.md). `npm run lint` fails on a violation; test/boundaries.test.ts plants some and
// checks that each is found.
const only = (module, allowed) => ({
  name: `${module}-uses-only-what-it-may`,
  severity: 'error',
  comment: `src/${module}/ may import only ${allowed.join(', ') || 'itself'}: see "Modules" in ARCHITECTURE.md`,
  from: { path: `^src/${module}/` },
  to: { path: '^src/', pathNot: `^src/(${[module, ...allowed].join('|')})/` },
})

const pure = (path, why, packages = ['zod']) => ({
  name: `pure-${path.replaceAll('/', '-')}`,
  severity: 'error',
  comment: `src/${path} is pure: no I/O, no clock, no logger (${why})`,
  from: { path: `^src/${path}` },
  to: { dependencyTypes: ['core', 'npm'], pathNot: `node_modules/(${packages.join('|')})/` },
})

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    only('resources', []),
    only('workloads', ['resources']),
    only('api', ['resources']),
    only('http', []),
    only('parsing', []),
    only('telemetry', ['config', 'http']),
    only('config', ['api', 'parsing', 'resources']),
    only('clock', []),
    only('kube', ['clock', 'telemetry', 'config', 'parsing']),
    only('history', ['workloads', 'resources', 'kube', 'parsing']),
    only('slos', ['api', 'policy', 'resources', 'workloads']),
    only('prometheus', ['clock', 'history', 'workloads', 'config', 'parsing', 'slos']),
    only('recommendations', ['api', 'workloads', 'resources', 'kube', 'parsing', 'telemetry']),
    only('policy', ['api', 'resources', 'workloads']),
    // The two halves of what is decided share the vocabulary of `policy` and `api` alone.
    only('sizing', ['policy', 'api', 'resources', 'workloads']),
    only('revisions', ['policy', 'api', 'resources', 'slos', 'workloads']),
    only('learner', ['history', 'api', 'policy', 'resources', 'slos', 'workloads', 'config']),
    only('fleet', ['history', 'policy', 'sizing', 'revisions', 'api', 'resources', 'slos', 'workloads']),
    only('scoring', ['history', 'api', 'workloads']),
    only('nodes', ['api', 'policy', 'resources', 'workloads']),
    only('solver', ['nodes']),
    only('experiments', ['api', 'policy', 'resources', 'workloads']),
    only('certificates', ['api', 'clock', 'kube', 'telemetry', 'config']),
    only('supervisor', ['clock', 'telemetry']),
    only('notices', ['clock']),
    only('actions', ['kube', 'api', 'fleet', 'recommendations', 'workloads']),
    only('backtest', ['history', 'learner', 'api', 'resources', 'scoring', 'workloads']),
    only('backtest-page', ['backtest', 'history', 'learner', 'api', 'scoring', 'workloads']),
    only('insight', [
      ...['backtest', 'history', 'learner', 'policy', 'sizing', 'revisions', 'api', 'resources', 'scoring'],
      'workloads',
    ]),
    only('readers', [
      ...['api', 'config', 'fleet', 'history', 'insight', 'kube', 'learner', 'nodes', 'parsing', 'policy'],
      ...['prometheus', 'recommendations', 'resources', 'scoring', 'sizing', 'slos', 'workloads'],
    ]),
    only('explain', [
      ...['api', 'apply', 'config', 'doctor', 'fleet', 'kube', 'parsing', 'policy', 'readers', 'recommendations'],
      ...['resources', 'revisions', 'sizing', 'webhook', 'workloads'],
    ]),
    only('informers', [
      ...['clock', 'kube', 'api', 'fleet', 'policy', 'sizing', 'recommendations', 'slos', 'telemetry', 'workloads'],
    ]),
    only('apply', [
      ...['api', 'clock', 'config', 'fleet', 'history', 'kube', 'policy', 'recommendations', 'resources', 'revisions'],
      ...['sizing', 'telemetry', 'workloads'],
    ]),
    only('controller', [
      ...['apply', 'clock', 'config', 'kube', 'api', 'fleet', 'history', 'informers', 'learner', 'notices', 'policy'],
      ...['prometheus', 'recommendations', 'resources', 'revisions', 'sizing', 'slos', 'telemetry', 'workloads'],
    ]),
    only('doctor', ['kube', 'certificates', 'config', 'api', 'recommendations', 'fleet', 'workloads']),
    pure('doctor/checks/', 'what is made of the facts'),
    only('dashboard', [
      ...['actions', 'history', 'http', 'insight', 'kube', 'learner', 'policy', 'sizing', 'revisions', 'api'],
      ...['recommendations', 'resources', 'telemetry', 'workloads'],
    ]),
    {
      name: 'the-page-is-for-browsers',
      severity: 'error',
      comment: 'of the rest of the program, the page takes types and what is said on the wire alone',
      from: { path: '^src/dashboard/page/' },
      to: { path: '^src/', pathNot: '^src/dashboard/(page/|wire\\.ts$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-server-holds-no-page',
      severity: 'error',
      comment: 'the page is bundled (scripts/build-page.js) and served as files',
      from: { path: '^src/', pathNot: '^src/dashboard/page/' },
      to: { path: '^src/dashboard/page/' },
    },
    only('webhook', [
      ...['api', 'config', 'http', 'parsing', 'policy', 'recommendations', 'resources', 'sizing', 'telemetry'],
      'workloads',
    ]),
    {
      name: 'commands-start-no-timers',
      severity: 'error',
      comment: 'what waits or repeats is a loop of another module, which takes a clock and has its own tests',
      from: { path: '^src/commands/' },
      to: { path: '^src/clock/|^(node:)?timers(/|$)' },
    },
    pure('resources/', 'quantities and QoS'),
    pure('parsing/', 'text in, values out', ['yaml']),
    pure('workloads/', 'which workload a Pod belongs to'),
    pure('api/', 'the vocabulary and the custom resources'),
    pure('policy/', 'what settings say, and the reasons', ['zod', 'croner']),
    pure('sizing/', 'what one Pod should carry'),
    pure('revisions/', 'how one Recommendation progresses'),
    pure('fleet/', 'what runs, fed by watches'),
    pure('slos/', 'what an SLO asks for', ['zod', 'yaml']),
    pure('learner/', 'the maths'),
    pure('experiments/', 'what to try next'),
    pure('nodes/', 'what a cluster needs'),
    pure('scoring/', 'what decisions would have cost'),
    pure('backtest/', 'what would have been decided'),
    pure('insight/', 'what people are to know'),
    {
      name: 'one-entry-point-per-module',
      severity: 'error',
      comment: 'import a module through its index.ts',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'src-never-imports-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench)/' } },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      // What the page is bundled with is needed when it is built.
      from: { path: '^src/', pathNot: '^src/dashboard/page/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
