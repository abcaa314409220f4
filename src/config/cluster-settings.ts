import { Cron } from 'croner'
import { z } from 'zod'
import {
  APPLICATION_LABEL,
  ApplyRunning,
  boundsFields,
  Criticality,
  changeWindowFields,
  Duration,
  Goal,
  LastReplica,
  LimitPolicy,
  PROFILE_BY,
  PROFILE_LABEL,
  ProfileBy,
  SloObjectKind,
  secondsOf,
  TimeZone,
} from '../api/index.ts'
import type { ResourceName } from '../resources/index.ts'
import { ExperimentPrices } from './prices.ts'
import { Quantity } from './quantity.ts'

const bounds = (min: string, max: string) =>
  z
    .strictObject({
      ...boundsFields(Quantity),
      min: Quantity.prefault(min).describe('Smallest value that is ever injected.'),
      max: Quantity.prefault(max).describe('Largest value that is ever injected.'),
    })
    .refine((b) => isOrdered(b.min, b.max), 'min must not be above max')
    .refine((b) => isOrdered(b.minLimit, b.maxLimit), 'minLimit must not be above maxLimit')
    .refine((b) => isOrdered(b.minShare, b.maxShare), 'minShare must not be above maxShare')
    .refine((b) => isOrdered(b.minLimitShare, b.maxLimitShare), 'minLimitShare must not be above maxLimitShare')
    .prefault({})

/** Whether the values are in order. Values that could not be read count as ordered, because they are reported separately. */
function isOrdered(a: unknown, b: unknown): boolean {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a <= b
  return typeof a !== 'number' || typeof b !== 'number' || a <= b
}

const perResource = <T extends z.ZodType>(types: Record<ResourceName, T>) => z.strictObject(types).prefault({} as never)

const Seconds = (usual: number) => z.number().positive().max(31_536_000).default(usual)

const Prometheus = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .describe('Address of the Prometheus API, such as http://prometheus.monitoring:9090.'),
  tokenFile: z
    .string()
    .optional()
    .describe('File with a bearer token, read on every request, so that the settings contain no secret.'),
  caFile: z.string().optional().describe('File with the certificate authority of an https URL (PEM).'),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe('Headers of every request, such as X-Scope-OrgID for Mimir.'),
  labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected the name of a label, such as cluster'), z.string())
    .optional()
    .describe(
      'Labels of the series of this cluster, such as cluster: prod, if Prometheus has series of several clusters. "" selects series without the label, and "*" all of them.',
    ),
  backfillDays: z
    .number()
    .positive()
    .max(90)
    .default(14)
    .describe('Days of history to read for a newly labelled namespace.'),
  stepSeconds: Seconds(300).describe('Time between samples, in seconds.'),
})

const ObjectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'expected the name of a Kubernetes object, such as plimsoll-tls')

/** Who issues the webhook's certificate, and where it is stored. */
const Certificates = z.strictObject({
  /** `self-managed`: the learner issues and renews it. In the other modes Plimsoll writes nothing: cert-manager or a person does. */
  mode: z.enum(['self-managed', 'cert-manager', 'existing']).default('self-managed'),
  /** Name of the Secret with tls.crt, tls.key and ca.crt, in Plimsoll's namespace. */
  secretName: ObjectName.default('plimsoll-tls'),
  /** Name of the Secret with the authority's certificate and key. */
  caSecretName: ObjectName.default('plimsoll-ca'),
  /** Name of the MutatingWebhookConfiguration that must trust the authority. */
  webhookConfiguration: ObjectName.default('plimsoll'),
  /** Name of the Service that the API server calls, for which the certificate is issued. */
  serviceName: ObjectName.default('plimsoll'),
})

const ChangeWindow = z
  .strictObject({
    ...changeWindowFields,
    timeZone: TimeZone.default('UTC').describe('Time zone of the tz database, such as Europe/Berlin.'),
  })
  .superRefine(({ cron, timeZone }, context) => {
    try {
      new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true })
    } catch (error) {
      context.addIssue({
        code: 'custom',
        path: ['cron'],
        message: `expected five fields such as "0 9 * * 1-5", and a time zone such as Europe/Berlin: ${(error as Error).message}`,
      })
    }
  })

const Confidence = z.number().min(0).max(1)

const Approval = z
  .strictObject({
    confidence: z
      .strictObject({
        low: Confidence.default(0.6).describe('For criticality low.'),
        medium: Confidence.default(0.8).describe('For criticality medium.'),
        high: Confidence.default(0.9).describe('For criticality high.'),
      })
      .prefault({})
      .describe(
        'Confidence from which a change needs no approval in mode auto. A change that only raises values, or is expected to cost no more than the applied values, needs only the confidence for low. Criticality critical always needs approval.',
      ),
    worstDay: z
      .strictObject({
        high: z.number().min(0).max(1).default(0.25).describe('For criticality high.'),
      })
      .prefault({})
      .describe(
        'Largest share of a day for which CPU usage may be above the new request, judged by the worst known day, for a change that needs no approval.',
      ),
    minimumDays: z
      .int()
      .min(0)
      .max(14)
      .default(3)
      .describe('Days of usage that must be known before mode auto lowers a value.'),
    exempt: z
      .array(z.enum(['oom', 'pressure']))
      .prefault(['oom', 'pressure'])
      .describe(
        'Changes that mode auto makes immediately, without approval. oom: more memory after an OOM kill. pressure: more of a resource that running containers lack now, within a step.',
      ),
  })
  .prefault({})
  .describe('Which changes need approval by somebody who may approve Recommendations.')

const Canary = z.strictObject({
  percent: z.int().min(1).max(99).describe('Percentage of the new Pods of a workload that get a new revision first.'),
  for: Duration.default('24h').describe(
    'How long the Pods with the new revision are compared with the others, counted from the first such Pod.',
  ),
})

const Apply = z
  .strictObject({
    running: ApplyRunning.default('inPlace').describe(
      'What may happen to running Pods when a revision is applied. never: only new Pods get it. inPlace: they are resized without a restart (Kubernetes 1.33 and later). inPlaceOrRestart: if a resize is not enough, they are restarted one after another, within their PodDisruptionBudgets. A SizingPolicy (apply.running) and the annotation plimsoll.dev/apply-running can only choose less.',
    ),
    podsPerSecond: z.number().positive().max(100).default(2).describe('Resized Pods per second in the whole cluster.'),
    podsPerNode: z.int().min(1).max(110).default(1).describe('Pods of one node that are resized at the same time.'),
    betweenBatches: Duration.default('1m').describe(
      'How long the first Pod of a workload, and then a quarter of its Pods, must run with a revision before others get it.',
    ),
    withdrawAfter: Duration.default('15m').describe(
      'A resize that the node has no room for is withdrawn after this time, so that it reserves nothing.',
    ),
    raiseShare: z
      .number()
      .positive()
      .max(1)
      .default(0.1)
      .describe("Limit of what raises may add within ten minutes, as a share of the nodes' allocatable resources."),
    restartsPerMinute: z
      .number()
      .positive()
      .max(60)
      .default(6)
      .describe('Restarts per minute in the whole cluster, with inPlaceOrRestart.'),
    lastReplica: LastReplica.default('annotated').describe(
      'Whether a restart may take the last ready Pod of a workload. never; annotated: if the Pod has the annotation plimsoll.dev/restart-last-replica: "true"; always: unless that annotation says otherwise.',
    ),
  })
  .prefault({})
  .describe('How an applied revision reaches running Pods.')

const Slos = z
  .strictObject({
    burn: z
      .strictObject({
        long: Duration.default('1h').describe('Long window: a burn over it is large enough to matter.'),
        short: Duration.default('5m').describe('Short window: a burn over it has not ended yet.'),
      })
      .refine(({ long, short }) => secondsOf(short) < secondsOf(long), 'short must be below long')
      .refine(({ short }) => secondsOf(short) >= 10, 'short must be at least 10s')
      .prefault({})
      .describe('Burn-rate windows of an SLO: its error budget burns fast only if it burns fast in both.'),
    guardFor: Duration.default('2h').describe(
      'How long after a change a fast burn can roll it back if all Pods were changed, so that there is no Pod to compare with.',
    ),
    objects: z
      .array(SloObjectKind)
      .max(3)
      .prefault([])
      .describe(
        'Projects whose SLO objects SizingPolicies may refer to: pyrra, sloth, openslo. The chart allows the learner to watch these objects.',
      ),
    queries: z
      .boolean()
      .default(true)
      .describe(
        'Whether SizingPolicies may contain PromQL (from.query), which the learner sends with its own credentials.',
      ),
  })
  .prefault({})
  .describe('Service level objectives of SizingPolicies (docs/guides/slos.md). They are read from settings.prometheus.')

const Image = z.string().min(1).max(500)

/** What Experiments need, where the chart enables them. */
const Experiments = z.strictObject({
  /** Plimsoll's own image, which has the built-in load generator. */
  image: z.string().min(1),
  /** Images of load generators, where they are not the usual ones. */
  images: z.strictObject({ k6: Image.optional(), locust: Image.optional() }).prefault({}),
  prices: ExperimentPrices.prefault({}),
})

/** All settings of Plimsoll in a cluster, with their defaults. The Helm chart takes its descriptions from here. */
export const Settings = z.strictObject({
  goal: Goal.default('balanced').describe(
    'Price of under-provisioning relative to over-provisioning; a SizingPolicy can set another goal for its namespace.',
  ),
  bounds: perResource({
    cpu: bounds('10m', '16').describe('CPU of one container.'),
    memory: bounds('32Mi', '64Gi').describe('Memory of one container.'),
  }).describe('Hard bounds of injected values: SizingPolicies and annotations cannot widen them.'),
  limits: z
    .strictObject({
      cpu: LimitPolicy.default('none').describe('CPU limits.'),
      memory: LimitPolicy.default('headroom').describe('Memory limits.'),
    })
    .prefault({})
    .describe(
      'What happens to limits. keep: they stay. ratio: their ratio to the request stays. headroom: they are set above the highest usage seen. none: no new limits.',
    ),
  sizeBestEffort: z
    .boolean()
    .default(true)
    .describe('Whether a Pod without any requests may get requests, which makes it Burstable.'),
  criticality: Criticality.default('medium').describe(
    'Importance of a workload, unless a SizingPolicy, its PriorityClass or its annotation plimsoll.dev/criticality sets a higher one.',
  ),
  priorityClasses: z
    .record(z.string().max(253), Criticality)
    .prefault({ 'system-cluster-critical': 'critical', 'system-node-critical': 'critical' })
    .describe('Criticality of workloads by their PriorityClass.'),
  approval: Approval,
  changes: z
    .strictObject({
      every: Duration.default('24h').describe(
        'Time between two decreases of one workload, and between two steps up to the same values, where only new Pods get values. A raise to newly learned values does not wait.',
      ),
      aDay: z
        .number()
        .positive()
        .max(24)
        .default(0.3)
        .describe(
          'Average number of changes per day and container, not counting raises after OOM kills; beyond it, small savings wait.',
        ),
      lowerEvery: Duration.default('6h').describe(
        'Time between two decreases where running Pods are resized (apply.running), with hourly decisions.',
      ),
      protectEvery: Duration.default('20s').describe(
        'Where running Pods are resized: how often their usage is compared with their values. Containers under pressure get more immediately (approval.exempt: pressure), and values are lowered again as lowerEvery allows.',
      ),
      windows: z
        .array(ChangeWindow)
        .max(32)
        .prefault([])
        .describe('Changes are made only while one of these windows is open; at any time if there is none.'),
    })
    .prefault({})
    .describe(
      'When new values are applied. Raises after an OOM kill and under pressure do not wait (approval.exempt).',
    ),
  notices: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
        .refine((url) => !URL.parse(url)?.username && !URL.parse(url)?.password, {
          error:
            'expected no user or password in the URL, because notices that cannot be sent are logged; sign notices with secretFile',
        })
        .describe('Endpoint for notices, sent as JSON by POST.'),
      secretFile: z
        .string()
        .optional()
        .describe('File with the secret that notices are signed with (HMAC-SHA256); see docs/guides/approval.md.'),
    })
    .optional()
    .describe('Notify an HTTP endpoint of pending approvals, rollbacks, and usage that cannot be read.'),
  step: z
    .strictObject({
      maxIncrease: z
        .number()
        .positive()
        .max(1000)
        .default(1)
        .describe('Largest increase, as a share of the value; 1 doubles it.'),
      maxDecrease: z
        .number()
        .positive()
        .max(1)
        .default(0.5)
        .describe('Largest decrease, as a share of the value; 0.5 halves it.'),
    })
    .prefault({})
    .describe('Largest change of a value in one revision.'),
  minimumChange: z
    .strictObject({
      share: z.number().min(0).max(1).default(0.1).describe('Share of the value.'),
      cpu: Quantity.prefault('10m').describe('Amount of CPU.'),
      memory: Quantity.prefault('16Mi').describe('Amount of memory.'),
    })
    .prefault({})
    .describe('A change below the share or the amount creates no revision.'),
  apply: Apply,
  slos: Slos,
  nodeClasses: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether DaemonSets may be sized by class of node. The webhook watches Nodes then.'),
      labels: z
        .array(z.string().min(1).max(317))
        .max(8)
        .prefault([
          'plimsoll.dev/node-class',
          'karpenter.sh/nodepool',
          'eks.amazonaws.com/nodegroup',
          'cloud.google.com/gke-nodepool',
          'kubernetes.azure.com/agentpool',
          'node.kubernetes.io/instance-type',
        ])
        .describe(
          'Node labels by which nodes may be divided into classes, besides their cores and their maximum number of Pods, which are tried first.',
        ),
    })
    .prefault({})
    .describe(
      'Values of DaemonSets by class of node, where that is expected to cost at least a tenth less than one size for all nodes (docs/guides/daemonsets.md).',
    ),
  nodesNeeded: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe('Whether the learner counts nodes. It then reads the Pods of all namespaces, and PersistentVolumes.'),
    })
    .prefault({})
    .describe(
      'Metrics that say how many nodes there are and how many the Pods need, counted every hour (docs/guides/nodes.md#as-metrics).',
    ),
  autoscalers: z
    .enum(['hold', 'keepScalePoint'])
    .default('hold')
    .describe(
      'What happens to a resource on whose utilization an HPA scales. hold: it keeps the author\'s value. keepScalePoint: if the HPA has the annotation plimsoll.dev/keep-scale-point: "true" and running Pods may be changed, the request and the target of the HPA change together.',
    ),
  profiles: z
    .strictObject({
      by: ProfileBy.default('none').describe(`${PROFILE_BY} A SizingPolicy (profile) decides for its workloads.`),
      label: z.string().min(1).max(317).default(APPLICATION_LABEL).describe(PROFILE_LABEL),
      across: z
        .enum(['namespace', 'tenant', 'cluster'])
        .default('namespace')
        .describe(
          'Between which namespaces the usage of an application is shared. namespace: only within one. tenant: between namespaces with the same value of tenantLabel. cluster: between all. No SizingPolicy can change this.',
        ),
      tenantLabel: z
        .string()
        .min(1)
        .max(317)
        .default('plimsoll.dev/tenant')
        .describe('The label of Namespaces that names their tenant. A namespace without it shares with no other.'),
      keepDays: z
        .number()
        .positive()
        .max(3650)
        .default(90)
        .describe('How long an instance is remembered after its last usage.'),
    })
    .prefault({})
    .describe('Learn from other instances of the same application (docs/guides/profiles.md).'),
  canary: Canary.optional().describe(
    'Try a new revision on a share of the Pods first: if they are killed, restarted or throttled more than the others, it is rolled back.',
  ),
  learner: z
    .strictObject({
      minimumHistory: z
        .strictObject({
          seconds: Seconds(86_400).describe('Time from the first sample to the last.'),
          samples: z.int().min(1).max(100_000).default(20).describe('Number of samples.'),
        })
        .prefault({})
        .describe('History that a container needs before its first recommendation.'),
      sampleEverySeconds: Seconds(60).describe('How often usage is read.'),
      publishEverySeconds: Seconds(60).describe('How often Recommendations are updated.'),
      checkpointEverySeconds: Seconds(3600).describe(
        'How often the learner saves its state for each workload, if usage does not come from Prometheus.',
      ),
      forgetAfterDays: z
        .number()
        .positive()
        .max(3650)
        .default(30)
        .describe('Recommendations of workloads that have had no Pod for this many days are removed.'),
    })
    .prefault({})
    .describe('Intervals of the learner.'),
  runLabels: z
    .record(
      z
        .string()
        .max(253)
        .regex(
          /^[A-Z][A-Za-z0-9]*(\.[a-z0-9][-.a-z0-9]*)?$/,
          'expected a kind with its API group, such as BuildRun.shipwright.io',
        ),
      z.array(z.string().min(1).max(317)).min(1).max(8),
    )
    .prefault({})
    .describe(
      'For owners of Pods that exist for one run, such as a BuildRun: by kind with its API group, the labels of the Pods whose values together name the recurring workload. Plimsoll knows common ones (docs/reference/compatibility/owners.md); entries here take precedence.',
    ),
  prometheus: Prometheus.optional().describe('Source of usage; without it, the metrics API (metrics-server).'),
  /** The webhook's certificate. Without it, certificates are created by hand and given to the webhook as files. The chart writes it. */
  certificates: Certificates.optional(),
  /** Experiments run where this is set. The chart writes it. */
  experiments: Experiments.optional(),
  namespace: z
    .string()
    .min(1)
    .max(63)
    .default('plimsoll')
    .describe("Plimsoll's own namespace: its Pods are never changed, and it contains the Lease of the learner."),
})
export type Settings = z.infer<typeof Settings>
