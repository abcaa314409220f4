import { z } from 'zod'
import { customResourceDefinition } from './crd.ts'
import { Quantity } from './fields.ts'
import { PolicyProfile } from './profile.ts'
import { Runtimes } from './runtimes.ts'
import { boundsFields, changeWindowFields, TimeZone } from './settings-fields.ts'
import { MAX_SLOS, Slo } from './slo.ts'
import { Startup } from './startup.ts'
import { API_VERSION, ApplyRunning, Criticality, Duration, Goal, LimitPolicy } from './vocabulary.ts'

const PolicyBounds = z
  .object(boundsFields(Quantity))
  .describe(
    'Smallest and largest values that may be injected. Bounds wider than those of the cluster are clamped to them.',
  )
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '!has(self.min) || !has(self.max) || quantity(self.min).compareTo(quantity(self.max)) <= 0',
        message: 'min must not be above max',
      },
      {
        rule: '!has(self.minLimit) || !has(self.maxLimit) || quantity(self.minLimit).compareTo(quantity(self.maxLimit)) <= 0',
        message: 'minLimit must not be above maxLimit',
      },
      {
        rule: '!has(self.minShare) || !has(self.maxShare) || self.minShare <= self.maxShare',
        message: 'minShare must not be above maxShare',
      },
      {
        rule: '!has(self.minLimitShare) || !has(self.maxLimitShare) || self.minLimitShare <= self.maxLimitShare',
        message: 'minLimitShare must not be above maxLimitShare',
      },
    ],
  })
export type PolicyBounds = z.infer<typeof PolicyBounds>

const PolicyLimit = LimitPolicy.describe(
  "keep: the author's limit. ratio: in the author's ratio to the request. headroom: the learned peak plus margin. none: no new limit.",
)

const Label = z.string().max(63)

/** Selector of labels, `metav1.LabelSelector`. */
const LabelSelector = z.object({
  matchLabels: z.record(z.string(), Label).optional(),
  matchExpressions: z
    .array(
      z.object({
        key: z.string().min(1).max(317),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(Label).max(64).optional(),
      }),
    )
    .max(16)
    .optional(),
})
export type LabelSelector = z.infer<typeof LabelSelector>

const Canary = z
  .object({
    percent: z.int().min(0).max(99).describe('Percentage of the new Pods that get a new revision first; 0: none.'),
    for: Duration.optional().describe(
      'How long the two groups are compared, from the first such Pod on: 24h if absent.',
    ),
  })
  .describe('Try a new revision on a share of the Pods first.')

const ChangeWindow = z
  .object({
    ...changeWindowFields,
    timeZone: TimeZone.optional().describe('Of the tz database, such as Europe/Berlin; UTC when absent.'),
  })
  .describe('Changes are made only while a window is open; one that cannot be read is closed.')

/** Settings of a namespace, or of the workloads whose Pods the selector matches. */
export const SizingPolicySpec = z.object({
  selector: LabelSelector.optional().describe('Labels of Pods; if absent, all Pods of the namespace.'),
  goal: Goal.optional(),
  bounds: z.object({ cpu: PolicyBounds.optional(), memory: PolicyBounds.optional() }).optional(),
  limits: z.object({ cpu: PolicyLimit.optional(), memory: PolicyLimit.optional() }).optional(),
  canary: Canary.optional(),
  criticality: Criticality.optional().describe('How important these workloads are: see the setting approval.'),
  apply: z
    .object({
      running: ApplyRunning.optional().describe(
        'What may happen to running Pods: never more than the setting apply.running allows.',
      ),
    })
    .optional()
    .describe('How an applied revision reaches Pods.'),
  startup: Startup.optional(),
  runtimes: Runtimes.optional(),
  profile: PolicyProfile.optional(),
  changeWindows: z
    .array(ChangeWindow)
    .max(16)
    .optional()
    .describe('When new values may be applied, within the windows of the cluster.'),
  slos: z
    .array(Slo)
    .max(MAX_SLOS)
    .optional()
    .describe('SLOs of these workloads, latency and errors: see docs/guides/slos.md.')
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
  experiments: z
    .object({
      from: z
        .array(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected the name of a namespace'))
        .max(16)
        .describe('Namespaces whose Experiments may propose values for these workloads (applyTo): none if absent.'),
    })
    .optional(),
})
export type SizingPolicySpec = z.infer<typeof SizingPolicySpec>

const Condition = z.object({
  type: z.string().min(1).max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1).max(1024),
  message: z.string().max(32_768),
  lastTransitionTime: z.iso.datetime(),
  observedGeneration: z.int().min(0).optional(),
})

const SizingPolicyStatus = z.object({
  conditions: z
    .array(Condition)
    .max(8)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .optional(),
})
export type SizingPolicyStatus = z.infer<typeof SizingPolicyStatus>

/** Identifies SizingPolicies in requests to the API server. */
export const SIZING_POLICIES = { apiVersion: API_VERSION, kind: 'SizingPolicy', plural: 'sizingpolicies' }

/** CustomResourceDefinition of `SizingPolicy`. */
export function sizingPolicyDefinition(): Record<string, unknown> {
  return customResourceDefinition({
    kind: SIZING_POLICIES.kind,
    plural: SIZING_POLICIES.plural,
    shortNames: ['sp'],
    description: 'How the Pods of a namespace are sized. The bounds of the cluster always apply.',
    properties: { spec: SizingPolicySpec, status: SizingPolicyStatus },
    columns: [
      { name: 'Goal', type: 'string', jsonPath: '.spec.goal' },
      { name: 'Clamped', type: 'string', jsonPath: '.status.conditions[?(@.type=="Clamped")].status' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  })
}
