import { LOAD_SECONDS, secondsOf, WARM_UP_SECONDS } from '../api/index.ts'
import type { LoadContext, LoadObjects } from './context.ts'
import { jobOf, podsOfJob, RESTRICTED_CONTAINER, RESTRICTED_POD, resourcesOf } from './job.ts'
import type { Load, LocustLoad } from './load.ts'
import { LOCUST_WRAPPER, locustWrapper } from './locust-wrapper.ts'
import { jobName } from './names.ts'
import { SCRIPTS, SCRIPTS_MOUNT, scriptsOf } from './script.ts'

/** Image of Locust unless a setting names another. */
const LOCUST_IMAGE = 'locustio/locust:2.47.0'

const USER = 1000

export function locustManifests(load: Load, locust: LocustLoad, context: LoadContext): LoadObjects {
  const name = jobName(load, context)
  const warmUpSeconds = load.warmUp === undefined ? WARM_UP_SECONDS : secondsOf(load.warmUp)
  const seconds = warmUpSeconds + (load.duration === undefined ? LOAD_SECONDS : secondsOf(load.duration))
  const wrapper = { name: LOCUST_WRAPPER, text: () => locustWrapper(warmUpSeconds) }
  const { configMap, volumes, file } = scriptsOf(name, locust, wrapper, 'locustfile.py', context)
  const users = locust.users === undefined ? [] : [`--users=${locust.users}`, `--spawn-rate=${locust.users}`]
  const host = locust.host === undefined ? [] : [`--host=${locust.host}`]
  const job = jobOf(load, context, {
    spec: {
      ...RESTRICTED_POD,
      securityContext: { ...RESTRICTED_POD.securityContext, runAsUser: USER },
      containers: [
        {
          ...RESTRICTED_CONTAINER,
          ...{ name: 'load', image: context.images?.locust ?? LOCUST_IMAGE },
          command: ['locust', `--locustfile=${SCRIPTS}/${file},${SCRIPTS}/${LOCUST_WRAPPER}`, ...LOCUST_OPTIONS],
          args: [`--run-time=${seconds}s`, ...users, ...host],
          env: [{ name: 'PYTHONDONTWRITEBYTECODE', value: '1' }],
          resources: resourcesOf('500m', '512Mi'),
          volumeMounts: [SCRIPTS_MOUNT],
        },
      ],
      volumes,
    },
  })
  return { objects: [configMap, job], podSelector: podsOfJob(name) }
}

/** Failed requests are part of the result, not a failure of Locust. */
const LOCUST_OPTIONS = ['--headless', '--only-summary', '--exit-code-on-error=0']
