import { z } from 'zod'
import { Quantity } from '../fields.ts'
import { Duration, Goal } from '../vocabulary.ts'
import { ExperimentLimits, ExperimentLoad, MAX_LOADS } from './load.ts'

/** Most workloads of one experiment. */
export const MAX_TARGETS = 6
/** Most trials of one experiment. */
export const MAX_TRIALS = 30
/** Trials of an experiment whose `maxTrials` is absent. */
export const DEFAULT_TRIALS = 12

const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/
const CONTAINER = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

const ObjectName = z.string().regex(OBJECT_NAME, 'expected the name of a Kubernetes object, such as checkout')
const ContainerName = z.string().regex(CONTAINER, 'expected the name of a container, such as app')

/** Kinds that an experiment can change. */
export const TargetKind = z.enum(['Deployment', 'StatefulSet'])
export type TargetKind = z.infer<typeof TargetKind>

export const ExperimentTarget = z
  .object({
    apiVersion: z.literal('apps/v1').optional(),
    kind: TargetKind,
    name: ObjectName,
  })
  .describe('A workload in the namespace of the experiment.')
export type ExperimentTarget = z.infer<typeof ExperimentTarget>

const RESOURCE_RULE = {
  'x-kubernetes-validations': [
    {
      rule: '!has(self.min) || !has(self.max) || quantity(self.min).compareTo(quantity(self.max)) < 0',
      message: 'min must be below max',
    },
  ],
}

const VariedResource = (resource: string) =>
  z
    .object({
      fixed: z.boolean().optional().describe(`true: ${resource} is not varied.`),
      min: Quantity.optional().describe('Smallest value to try: an eighth of the request if absent.'),
      max: Quantity.optional().describe('Largest value to try: twice the request if absent.'),
    })
    .describe(`${resource} of each container, within the bounds of the cluster and every LimitRange.`)
    .meta(RESOURCE_RULE)

const VariedSetting = z
  .object({
    name: z
      .string()
      .regex(/^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/, 'expected a name such as GOMAXPROCS')
      .describe('Its name in results.'),
    target: ObjectName.optional().describe('Name of its workload, if there are several.'),
    container: ContainerName.optional().describe('Its container, if the workload has several.'),
    env: z
      .string()
      .regex(/^[-._a-zA-Z][-._a-zA-Z0-9]{0,252}$/, 'expected the name of an environment variable')
      .optional()
      .describe('The environment variable with the number.'),
    arg: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe('Beginning of the argument with the number, such as --workers= or -Xmx.'),
    suffix: z.string().max(16).optional().describe('Text after the number, such as m or MiB.'),
    baseline: z.number().optional().describe('Its value if the workload does not state it; required in that case.'),
    min: z.number(),
    max: z.number(),
    step: z.number().describe('Values are min, min + step and so on.'),
  })
  .describe('A number in an environment variable or an argument.')
  .meta({
    'x-kubernetes-validations': [
      { rule: 'has(self.env) != has(self.arg)', message: 'either env or arg' },
      { rule: 'self.min < self.max', message: 'min must be below max' },
      { rule: 'self.step > 0.0', message: 'step must be above 0' },
    ],
  })
export type VariedSetting = z.infer<typeof VariedSetting>

const Vary = z
  .object({
    cpu: VariedResource('CPU').optional(),
    memory: VariedResource('Memory').optional(),
    replicas: z
      .object({ min: z.int().min(1).max(1000), max: z.int().min(1).max(1000) })
      .optional()
      .describe('Replicas of each workload: not varied if absent.')
      .meta({ 'x-kubernetes-validations': [{ rule: 'self.min < self.max', message: 'min must be below max' }] }),
    settings: z
      .array(VariedSetting)
      .max(6)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
  })
  .describe('What trials change: CPU and memory of all containers if absent.')

/** Spec of an Experiment. People write it; it cannot be changed. */
export const ExperimentSpec = z
  .object({
    target: z
      .string()
      .max(265)
      .regex(
        /^([Dd]eployment|[Ss]tateful[Ss]et)\/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
        'expected deployment/checkout',
      )
      .optional()
      .describe('The only workload, in short: deployment/checkout.'),
    targets: z.array(ExperimentTarget).min(1).max(MAX_TARGETS).optional().describe('Several workloads.'),
    loads: z
      .array(ExperimentLoad)
      .min(1)
      .max(MAX_LOADS)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    limits: ExperimentLimits.optional().describe('Limits under each load.'),
    vary: Vary.optional(),
    goal: Goal.optional().describe('How certain the result must be to meet the limits: balanced if absent.'),
    maxTrials: z
      .int()
      .min(4)
      .max(MAX_TRIALS)
      .optional()
      .describe(
        `Maximum number of trials, including the baseline and the repeated winner: ${DEFAULT_TRIALS} if absent.`,
      ),
    deadline: Duration.optional().describe(
      'Longest duration of the experiment, counted from its first trial. If absent: when the deadlines of all its trials have passed; at most 24h.',
    ),
    pauseAutoscalers: z
      .boolean()
      .optional()
      .describe('true: HorizontalPodAutoscalers of the workloads may be paused. Otherwise the experiment is refused.'),
    gitOpsSuspended: z
      .boolean()
      .optional()
      .describe(
        'true: the GitOps controller of the workloads was suspended, so that it does not revert trials. Otherwise the experiment is refused.',
      ),
    applyTo: z
      .object({
        namespace: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected the name of a namespace'),
        kind: TargetKind.optional().describe('If absent, as for the workload of the experiment.'),
        name: ObjectName.optional().describe('If absent, as for the workload of the experiment.'),
      })
      .optional()
      .describe('The workload in production that the result is proposed for.'),
  })
  .meta({
    'x-kubernetes-validations': [
      { rule: 'has(self.target) != has(self.targets)', message: 'either target or targets' },
      { rule: 'self == oldSelf', message: 'an experiment cannot be changed: delete it, and create another one' },
    ],
  })
export type ExperimentSpec = z.infer<typeof ExperimentSpec>

/** The workloads of an experiment, however its spec names them. */
export function targetsOf({ target, targets }: ExperimentSpec): readonly ExperimentTarget[] {
  if (targets) return targets
  const [kind = '', name = ''] = (target ?? '').split('/')
  return [{ kind: kind.toLowerCase() === 'statefulset' ? 'StatefulSet' : 'Deployment', name }]
}
