import { LOAD_SECONDS, secondsOf, WARM_UP_SECONDS } from '../api/index.ts'
import type { LoadContext, LoadObjects } from './context.ts'
import { podsOfJob } from './job.ts'
import type { Load, LocustLoad } from './load.ts'
import { LOCUST_WRAPPER, locustWrapper } from './locust-wrapper.ts'
import { jobName } from './names.ts'
import { SCRIPTS, scriptsOf } from './script.ts'
import { scriptJobOf } from './script-job.ts'

/** Image of Locust unless a setting names another. */
const LOCUST_IMAGE = 'locustio/locust:2.47.0'

const USER = 1000

export function locustManifests(load: Load, locust: LocustLoad, context: LoadContext): LoadObjects {
  const name = jobName(load, context)
  const warmUpSeconds = load.warmUp === undefined ? WARM_UP_SECONDS : secondsOf(load.warmUp)
  const seconds = warmUpSeconds + (load.duration === undefined ? LOAD_SECONDS : secondsOf(load.duration))
  const wrapper = { name: LOCUST_WRAPPER, text: () => locustWrapper(warmUpSeconds, context.hopeless) }
  const { configMap, volumes, file } = scriptsOf(name, locust, wrapper, 'locustfile.py', context)
  const users = locust.users === undefined ? [] : [`--users=${locust.users}`, `--spawn-rate=${locust.users}`]
  const host = locust.host === undefined ? [] : [`--host=${locust.host}`]
  const job = scriptJobOf(load, context, {
    container: {
      image: context.images?.locust ?? LOCUST_IMAGE,
      command: ['locust', `--locustfile=${SCRIPTS}/${file},${SCRIPTS}/${LOCUST_WRAPPER}`, ...LOCUST_OPTIONS],
      args: [`--run-time=${seconds}s`, ...users, ...host],
      env: [{ name: 'PYTHONDONTWRITEBYTECODE', value: '1' }],
    },
    ...{ memory: '512Mi', runAsUser: USER, volumes },
  })
  return { objects: [configMap, job], podSelector: podsOfJob(name) }
}

/** Failed requests are part of the result, not a failure of Locust. */
const LOCUST_OPTIONS = ['--headless', '--only-summary', '--exit-code-on-error=0']
