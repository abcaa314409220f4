import { LOAD_SECONDS, secondsOf, WARM_UP_SECONDS } from '../api/index.ts'
import type { LoadContext, LoadObjects } from './context.ts'
import type { GeneratorSpec } from './generator-spec.ts'
import { jobOf, literally, podsOfJob, RESTRICTED_CONTAINER, RESTRICTED_POD, resourcesOf } from './job.ts'
import type { HttpLoad, Load } from './load.ts'

/** As in the chart: the image has no shell. */
const PLIMSOLL = ['/nodejs/bin/node', '/app/dist/main.js']

const TIMEOUT_SECONDS = 10
const CONNECTIONS = 500

/** A load of one URL with its defaults. */
function generatorSpec({ duration, warmUp }: Load, http: HttpLoad, { hopeless }: LoadContext): GeneratorSpec {
  const { url, rate, method, headers, body, arrivals, timeout, connections, insecureSkipTlsVerify } = http
  return {
    ...{ url, requestsPerSecond: rate, arrivals: arrivals ?? 'constant', method: method ?? 'GET' },
    headers: headers ?? {},
    ...(body !== undefined && { body }),
    durationSeconds: duration === undefined ? LOAD_SECONDS : secondsOf(duration),
    warmUpSeconds: warmUp === undefined ? WARM_UP_SECONDS : secondsOf(warmUp),
    timeoutSeconds: timeout === undefined ? TIMEOUT_SECONDS : secondsOf(timeout),
    connections: connections ?? CONNECTIONS,
    insecureSkipTlsVerify: insecureSkipTlsVerify ?? false,
    ...(hopeless && { hopeless }),
  }
}

/** The built-in load generator, which is `plimsoll load` of Plimsoll's own image. */
export function httpManifests(load: Load, http: HttpLoad, context: LoadContext): LoadObjects {
  const job = jobOf(load, context, {
    spec: {
      ...RESTRICTED_POD,
      containers: [
        {
          ...RESTRICTED_CONTAINER,
          ...{ name: 'load', image: context.image, command: PLIMSOLL },
          args: ['load', literally(JSON.stringify(generatorSpec(load, http, context)))],
          resources: resourcesOf('500m', '256Mi'),
        },
      ],
    },
  })
  return { objects: [job], podSelector: podsOfJob(job.metadata.name) }
}
