import { z } from 'zod'
import type { ResourceType } from '../../../kube/index.ts'
import type { ApiObject } from '../objects.ts'

/** Source: api/v1alpha1 of attune-io/attune. */
export const ATTUNE_POLICIES: ResourceType = {
  apiVersion: 'attune.io/v1alpha1',
  kind: 'AttunePolicy',
  plural: 'attunepolicies',
}

const Amount = z.union([z.string(), z.number()]).nullish()

const ResourceConfig = z.object({
  percentile: z.number().nullish(),
  overhead: z.string().nullish(),
  minAllowed: Amount,
  maxAllowed: Amount,
  controlledValues: z.enum(['RequestsOnly', 'RequestsAndLimits']).nullish(),
  burstSensitivity: z.unknown().optional(),
  allowDecrease: z.boolean().nullish(),
  memoryFromCpuRatio: z.unknown().optional(),
  startupBoost: z.object({ multiplier: z.string(), duration: z.string() }).nullish(),
  maxChangePercent: z.unknown().optional(),
  maxIncreasePercent: z.unknown().optional(),
  maxDecreasePercent: z.unknown().optional(),
})
export type ResourceConfig = z.infer<typeof ResourceConfig>

const Schedule = z.object({
  windows: z.array(z.object({ start: z.string(), end: z.string() })).nullish(),
  daysOfWeek: z.array(z.string()).nullish(),
  timezone: z.string().nullish(),
})
export type Schedule = z.infer<typeof Schedule>

const Expression = z.object({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).optional(),
})

/** `spec` of an AttunePolicy, as far as it matters here. */
const AttuneSpec = z.object({
  targetRef: z.object({
    kind: z.string(),
    name: z.string().nullish(),
    selector: z
      .object({
        matchLabels: z.record(z.string(), z.string()).optional(),
        matchExpressions: z.array(Expression).optional(),
      })
      .nullish(),
  }),
  metricsSource: z.object({ prometheus: z.object({ address: z.string() }).nullish() }).nullish(),
  cpu: ResourceConfig.default({}),
  memory: ResourceConfig.default({}),
  paused: z.boolean().nullish(),
  excludedContainers: z.array(z.string()).nullish(),
  excludeKnownSidecars: z.boolean().nullish(),
  updateStrategy: z
    .object({
      type: z.enum(['Observe', 'Recommend', 'OneShot', 'Canary', 'Auto']).nullish(),
      canary: z.object({ percentage: z.number(), observationPeriod: z.string() }).nullish(),
      initialSizing: z.boolean().nullish(),
      resizeMethod: z.enum(['InPlaceOnly', 'InPlaceOrRecreate']).nullish(),
      schedule: Schedule.nullish(),
      sloGuardrails: z.array(z.unknown()).nullish(),
      cooldown: z.unknown().optional(),
      autoRevert: z.boolean().nullish(),
      maxTotalCpuIncrease: z.unknown().optional(),
      maxTotalMemoryIncrease: z.unknown().optional(),
      export: z.unknown().optional(),
      templatePersistence: z.object({ enabled: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
})
export type AttuneSpec = z.infer<typeof AttuneSpec>

/** Reads the spec of an AttunePolicy. @returns the problem as text if it cannot be read */
export function readAttuneSpec({ spec }: ApiObject): AttuneSpec | string {
  const result = AttuneSpec.safeParse(spec)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  return `${['spec', ...issue.path].join('.')}: ${issue.message}`
}
