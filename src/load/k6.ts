import type { LoadContext, LoadObjects } from './context.ts'
import { jobOf, podsOfJob, RESTRICTED_CONTAINER, RESTRICTED_POD, resourcesOf } from './job.ts'
import { K6_TREND_STATS, K6_WRAPPER, k6Wrapper } from './k6-wrapper.ts'
import type { K6Load, Load } from './load.ts'
import { jobName } from './names.ts'
import { SCRIPTS, SCRIPTS_MOUNT, scriptsOf } from './script.ts'

/** Image of k6 unless a setting names another. */
const K6_IMAGE = 'grafana/k6:1.8.1'

/** The user of its image, which the image names instead of numbering. */
const USER = 12345

export function k6Manifests(load: Load, k6: K6Load, context: LoadContext): LoadObjects {
  const name = jobName(load, context)
  const wrapper = { name: K6_WRAPPER, text: k6Wrapper }
  const { configMap, volumes } = scriptsOf(name, k6, wrapper, 'load.js', context)
  const options = [
    '--quiet',
    '--no-color',
    '--no-usage-report',
    '--address=',
    `--summary-trend-stats=${K6_TREND_STATS}`,
  ]
  const vus = k6.vus === undefined ? [] : [`--vus=${k6.vus}`]
  const job = jobOf(load, context, {
    spec: {
      ...RESTRICTED_POD,
      securityContext: { ...RESTRICTED_POD.securityContext, runAsUser: USER },
      containers: [
        {
          ...RESTRICTED_CONTAINER,
          ...{ name: 'load', image: context.images?.k6 ?? K6_IMAGE },
          command: ['k6', 'run', ...options, ...vus, `${SCRIPTS}/${K6_WRAPPER}`],
          resources: resourcesOf('500m', '1Gi'),
          volumeMounts: [SCRIPTS_MOUNT],
        },
      ],
      volumes,
    },
  })
  return { objects: [configMap, job], podSelector: podsOfJob(name) }
}
