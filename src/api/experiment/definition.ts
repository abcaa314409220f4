import { customResourceDefinition } from '../crd.ts'
import { API_VERSION } from '../vocabulary.ts'
import { ExperimentSpec } from './spec.ts'
import { ExperimentStatus } from './status.ts'

/** Identifies Experiments in requests to the API server. */
export const EXPERIMENTS = { apiVersion: API_VERSION, kind: 'Experiment', plural: 'experiments' }

/** CustomResourceDefinition of `Experiment`. `kubectl get experiments` reads like a report. */
export function experimentDefinition(): Record<string, unknown> {
  return customResourceDefinition({
    kind: EXPERIMENTS.kind,
    plural: EXPERIMENTS.plural,
    shortNames: ['exp'],
    description:
      'Load-test trials of a workload in pre-production, which show what it needs. People write spec, the learner writes status.',
    properties: { spec: ExperimentSpec, status: ExperimentStatus },
    columns: [
      { name: 'Target', type: 'string', jsonPath: '.status.summary.target' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Trials', type: 'string', jsonPath: '.status.summary.trials' },
      {
        name: 'Cost',
        type: 'string',
        jsonPath: '.status.summary.cost',
        description: 'Per hour, baseline -> best configuration that meets the limits',
      },
      {
        name: 'Latency',
        type: 'string',
        jsonPath: '.status.summary.latency',
        description: 'Latency of that configuration, and the limit',
      },
      { name: 'Verdict', type: 'string', jsonPath: '.status.verdict' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    ],
  })
}
