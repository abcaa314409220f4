/** The pages in the order in which they are read. A page that is not named here is still built, and found by search. */
export const SIDEBAR = [
  group('Start', ['start/what-is-plimsoll', 'start/first-insight', 'start/first-30-days']),
  group('Guides', [
    'guides/report',
    'guides/backtest',
    'guides/dashboard',
    'guides/approval',
    'guides/running-pods',
    'guides/startup',
    'guides/slos',
    'guides/slo-guard',
    'guides/experiments',
    'guides/gitops',
    'guides/autoscaling',
    'guides/runtimes',
    'guides/prometheus',
    'guides/private-clusters',
    'guides/openshift',
    'guides/serverless',
    'guides/multi-tenancy',
    'guides/security',
    'guides/sizing-plimsoll',
  ]),
  group('Concepts', [
    'concepts/learning',
    'concepts/confidence',
    'concepts/goals',
    'concepts/safety',
    'concepts/architecture',
  ]),
  group('Reference', [
    'reference/commands',
    'reference/values',
    'reference/resources',
    'reference/labels',
    'reference/reasons',
    'reference/metrics',
    'reference/alerts',
    'reference/compatibility/owners',
    'reference/compatibility/stores',
    'reference/compatibility/histories-and-manifests',
    'reference/performance',
  ]),
  { slug: 'troubleshooting' },
  { slug: 'compare' },
  group('Contribute', ['contribute']),
  { label: 'Decisions', collapsed: true, items: [{ autogenerate: { directory: 'decisions' } }] },
]

function group(label, slugs) {
  return { label, items: slugs.map((slug) => ({ slug })) }
}
