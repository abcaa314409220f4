import { z } from 'zod'
import { Duration } from '../vocabulary.ts'

/** Most loads of one experiment. */
export const MAX_LOADS = 6
/** Name of a load, part of the names of its Jobs. */
const LOAD_NAME = /^[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?$/
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

const ObjectName = z.string().regex(OBJECT_NAME, 'expected the name of a Kubernetes object, such as checkout')

const ConfigMapKey = z
  .object({
    name: ObjectName.describe('Name of the ConfigMap, in the namespace of the experiment.'),
    key: z
      .string()
      .regex(/^[-._a-zA-Z0-9]{1,253}$/, 'expected a key of a ConfigMap, such as load.js')
      .describe('Key of the script.'),
  })
  .describe('A script in a ConfigMap.')

const Script = z.string().min(1).max(100_000)

const EITHER_SCRIPT = {
  'x-kubernetes-validations': [
    { rule: 'has(self.script) != has(self.configMap)', message: 'either script or configMap' },
  ],
}

const K6 = z
  .object({
    script: Script.optional().describe('The script itself.'),
    configMap: ConfigMapKey.optional(),
    vus: z.int().min(1).max(10_000).optional().describe("Virtual users; if absent, the script's own setting."),
  })
  .describe('A script of k6.')
  .meta(EITHER_SCRIPT)

const Locust = z
  .object({
    script: Script.optional().describe('The locustfile itself.'),
    configMap: ConfigMapKey.optional(),
    users: z.int().min(1).max(10_000).optional().describe("Users; if absent, the locustfile's own setting."),
    host: z.string().min(1).max(2000).optional().describe("Base URL; if absent, the locustfile's own setting."),
  })
  .describe('A locustfile.')
  .meta(EITHER_SCRIPT)

const HeaderValue = z.string().max(2000)

const Http = z
  .object({
    url: z
      .string()
      .max(2000)
      .regex(/^https?:\/\/[^\s/]/, 'expected a URL such as http://checkout/cart')
      .describe('URL of the requests, such as http://checkout/cart.'),
    rate: z
      .number()
      .min(0.1)
      .max(100_000)
      .describe('Requests per second. They are sent on schedule, even if answers are slow.'),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).optional().describe('GET if absent.'),
    body: z.string().max(65_536).optional(),
    headers: z
      .record(z.string(), HeaderValue)
      .optional()
      .describe('Headers of each request.')
      .meta({ maxProperties: 32 }),
    arrivals: z
      .enum(['constant', 'poisson'])
      .optional()
      .describe('poisson: at random, like many independent users. constant (default): at equal intervals.'),
    timeout: Duration.optional().describe('An answer that takes longer counts as failed.'),
    connections: z.int().min(1).max(10_000).optional().describe('Maximum number of connections.'),
    insecureSkipTlsVerify: z.boolean().optional().describe('true: any certificate is accepted.'),
  })
  .describe('The built-in generator: requests of one URL at a rate.')

/** `limits` of an experiment or of one of its loads. */
export const ExperimentLimits = z.object({
  latency: z
    .object({
      percentile: z
        .union([z.literal(50), z.literal(90), z.literal(95), z.literal(99)])
        .optional()
        .describe('50, 90, 95 or 99: 95 if absent.')
        .meta({ type: 'integer', anyOf: undefined, enum: [50, 90, 95, 99] }),
      below: z
        .string()
        .regex(
          /^([1-9][0-9]{0,5}ms|[1-9][0-9]{0,3}(\.[0-9]{1,6})?s|0\.[0-9]{0,5}[1-9][0-9]{0,5}s)$/,
          'expected a time such as 250ms or 1.5s',
        )
        .describe('Limit, such as 250ms or 1.5s.'),
    })
    .optional()
    .describe('If absent, 1.2 times the p95 of the baseline.'),
  errors: z
    .object({
      below: z
        .string()
        .regex(/^([1-9][0-9]?(\.[0-9]{1,4})?|0\.[0-9]{0,3}[1-9][0-9]{0,3})%$/, 'expected a percentage such as 1%')
        .describe('Percentage of the requests that may fail, such as 1% or 0.05%.'),
    })
    .optional()
    .describe('If absent, 1 %.'),
})
export type ExperimentLimits = z.infer<typeof ExperimentLimits>

/** The load of a trial: an item of field `loads` of an Experiment. */
export const ExperimentLoad = z
  .object({
    name: z
      .string()
      .regex(LOAD_NAME, 'expected a name such as peak, of at most 20 characters')
      .describe('Its name, such as normal, peak or spike.'),
    weight: z
      .number()
      .min(0)
      .max(1000)
      .optional()
      .describe(
        'Weight of this load in the shown latency: 1 if absent. The limits apply under each load, independently of its weight.',
      ),
    k6: K6.optional(),
    locust: Locust.optional(),
    http: Http.optional(),
    testRun: z
      .object({ name: ObjectName.describe('Name of the TestRun, in the namespace of the experiment.') })
      .optional()
      .describe('A TestRun of the k6 operator: its script and arguments are run.'),
    job: z
      .object({
        template: z
          .record(z.string(), z.unknown())
          .describe(
            'A Job, with metadata and spec. Its exit code and its termination message give the result: see docs/guides/experiments.md.',
          )
          .meta({ 'x-kubernetes-preserve-unknown-fields': true, additionalProperties: undefined }),
      })
      .optional()
      .describe('Your own Job.'),
    duration: Duration.optional().describe('Duration of the measurement: 2m if absent; at most 1h.'),
    warmUp: Duration.optional().describe('Duration of the load before the measurement: 30s if absent; at most 1h.'),
    limits: ExperimentLimits.optional().describe('Limits under this load, instead of those of the experiment.'),
  })
  .describe('A load: each trial runs all loads, one after another.')
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '[has(self.k6), has(self.locust), has(self.http), has(self.testRun), has(self.job)].filter(given, given).size() == 1',
        message: 'exactly one of k6, locust, http, testRun and job',
      },
      {
        rule: "!has(self.duration) || (!self.duration.endsWith('d') && duration(self.duration) <= duration('1h'))",
        message: 'duration: at most 1h',
      },
      {
        rule: "!has(self.warmUp) || (!self.warmUp.endsWith('d') && duration(self.warmUp) <= duration('1h'))",
        message: 'warmUp: at most 1h',
      },
    ],
  })
export type ExperimentLoad = z.infer<typeof ExperimentLoad>

/** Seconds of a load where its `duration` is absent. */
export const LOAD_SECONDS = 120
/** Seconds of its warm-up where `warmUp` is absent. */
export const WARM_UP_SECONDS = 30
