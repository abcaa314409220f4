import { z } from 'zod'
import type { ApiObject } from '../objects.ts'

/** Modes in which a VPA changes Pods, and `Off`. Source: `UpdateMode` of autoscaling.k8s.io/v1. */
export const UPDATE_MODES = ['Off', 'Initial', 'Recreate', 'InPlaceOrRecreate', 'InPlace', 'Auto'] as const
export type UpdateMode = (typeof UPDATE_MODES)[number]
/** Mode of a VPA that states none. */
const DEFAULT_MODE: UpdateMode = 'Recreate'

/** Quantities as they are in the API: numbers in YAML are allowed. */
const Amounts = z.record(z.string(), z.union([z.string(), z.number()])).nullish()

const StartupBoost = z
  .object({
    cpu: z
      .object({
        type: z.string(),
        factor: z.number().nullish(),
        quantity: z.union([z.string(), z.number()]).nullish(),
        durationSeconds: z.number().nullish(),
      })
      .nullish(),
  })
  .nullish()
export type StartupBoost = z.infer<typeof StartupBoost>

const ContainerPolicy = z.object({
  containerName: z.string().default(''),
  mode: z.enum(['Auto', 'Off']).nullish(),
  controlledResources: z.array(z.string()).nullish(),
  controlledValues: z.enum(['RequestsAndLimits', 'RequestsOnly']).nullish(),
  minAllowed: Amounts,
  maxAllowed: Amounts,
  startupBoost: StartupBoost,
  oomBumpUpRatio: z.unknown().optional(),
  oomMinBumpUp: z.unknown().optional(),
  memoryAggregationIntervalSeconds: z.unknown().optional(),
  memoryAggregationIntervalCount: z.unknown().optional(),
})
export type ContainerPolicy = z.infer<typeof ContainerPolicy>

const ResourcePolicy = z.object({ containerPolicies: z.array(ContainerPolicy).nullish() }).nullish()

/** `spec` of a VerticalPodAutoscaler of autoscaling.k8s.io/v1. Source: pkg/apis/autoscaling.k8s.io/v1/types.go of VPA 1.8. */
const VpaSpec = z.object({
  targetRef: z.object({ apiVersion: z.string().optional(), kind: z.string().min(1), name: z.string().min(1) }),
  updatePolicy: z
    .object({
      updateMode: z.enum(UPDATE_MODES).nullish(),
      minReplicas: z.number().nullish(),
      evictionRequirements: z.array(z.unknown()).nullish(),
      evictAfterOOMSeconds: z.number().nullish(),
    })
    .nullish(),
  resourcePolicy: ResourcePolicy,
  recommenders: z.array(z.object({ name: z.string() })).nullish(),
  startupBoost: StartupBoost,
})
export type VpaSpec = z.infer<typeof VpaSpec>

/** Reads the spec of a VPA. @returns the problem as text if it cannot be read */
export function readVpaSpec({ spec }: ApiObject): VpaSpec | string {
  const result = VpaSpec.safeParse(spec)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  return `${['spec', ...issue.path].join('.')}: ${issue.message}`
}

/** Mode of a VPA. */
export function modeOf({ updatePolicy }: VpaSpec): UpdateMode {
  return updatePolicy?.updateMode ?? DEFAULT_MODE
}
