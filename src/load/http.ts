import { secondsOf } from '../api/index.ts'
import type { LoadContext, LoadObjects } from './context.ts'
import { jobOf, literally, podsOfJob, RESTRICTED_CONTAINER, RESTRICTED_POD, resourcesOf } from './job.ts'
import { DEFAULT_SECONDS, DEFAULT_WARM_UP_SECONDS, type HttpLoad, type Load } from './load.ts'

/** What the built-in load generator is told, as the argument of `plimsoll load`. */
export interface GeneratorSpec {
  readonly url: string
  readonly requestsPerSecond: number
  readonly arrivals: 'constant' | 'poisson'
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly durationSeconds: number
  readonly warmUpSeconds: number
  readonly timeoutSeconds: number
  readonly connections: number
  readonly insecureSkipTlsVerify: boolean
}

const TIMEOUT_SECONDS = 10
const CONNECTIONS = 500

/** A load of one URL with its defaults. */
export function generatorSpec({ duration, warmUp }: Load, http: HttpLoad): GeneratorSpec {
  const { url, rate, method, headers, body, arrivals, timeout, connections, insecureSkipTlsVerify } = http
  return {
    ...{ url, requestsPerSecond: rate, arrivals: arrivals ?? 'constant', method: method ?? 'GET' },
    headers: headers ?? {},
    ...(body !== undefined && { body }),
    durationSeconds: duration === undefined ? DEFAULT_SECONDS : secondsOf(duration),
    warmUpSeconds: warmUp === undefined ? DEFAULT_WARM_UP_SECONDS : secondsOf(warmUp),
    timeoutSeconds: timeout === undefined ? TIMEOUT_SECONDS : secondsOf(timeout),
    connections: connections ?? CONNECTIONS,
    insecureSkipTlsVerify: insecureSkipTlsVerify ?? false,
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
          ...{ name: 'load', image: context.image },
          args: ['load', literally(JSON.stringify(generatorSpec(load, http)))],
          resources: resourcesOf('500m', '256Mi'),
        },
      ],
    },
  })
  return { objects: [job], podSelector: podsOfJob(job.metadata.name) }
}
