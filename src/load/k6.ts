import type { LoadContext, LoadObjects } from './context.ts'
import { podsOfJob } from './job.ts'
import { K6_TREND_STATS, K6_WRAPPER, k6Wrapper } from './k6-wrapper.ts'
import type { K6Load, Load } from './load.ts'
import { jobName } from './names.ts'
import { SCRIPTS, scriptsOf } from './script.ts'
import { scriptJobOf } from './script-job.ts'

/** Image of k6 unless a setting names another. */
const K6_IMAGE = 'grafana/k6:1.8.1'

/** The user of its image, which the image names instead of numbering. */
const USER = 12345

export function k6Manifests(load: Load, k6: K6Load, context: LoadContext): LoadObjects {
  const name = jobName(load, context)
  const wrapper = { name: K6_WRAPPER, text: (file: string) => k6Wrapper(file, context.hopeless) }
  const { configMap, volumes } = scriptsOf(name, k6, wrapper, 'load.js', context)
  const options = [
    '--quiet',
    '--no-color',
    '--no-usage-report',
    '--address=',
    `--summary-trend-stats=${K6_TREND_STATS}`,
  ]
  const vus = k6.vus === undefined ? [] : [`--vus=${k6.vus}`]
  const job = scriptJobOf(load, context, {
    container: {
      image: context.images?.k6 ?? K6_IMAGE,
      command: ['k6', 'run', ...options, ...vus, `${SCRIPTS}/${K6_WRAPPER}`],
    },
    ...{ memory: '1Gi', runAsUser: USER, volumes },
  })
  return { objects: [configMap, job], podSelector: podsOfJob(name) }
}
