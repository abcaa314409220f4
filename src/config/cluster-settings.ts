import { Cron } from 'croner'
import { z } from 'zod'
import {
  ApplyRunning,
  boundsFields,
  Criticality,
  changeWindowFields,
  Duration,
  Goal,
  LastReplica,
  LimitPolicy,
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
      min: Quantity.prefault(min).describe('Nothing below is ever injected.'),
      max: Quantity.prefault(max).describe('Nothing above is ever injected.'),
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
    .describe('File with a bearer token, read anew on every request: nothing secret stands in the settings.'),
  caFile: z.string().optional().describe('File with the certificate authority of an https URL (PEM).'),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe('Headers of every request, such as X-Scope-OrgID for Mimir.'),
  labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected the name of a label, such as cluster'), z.string())
    .optional()
    .describe(
      'Labels of the series that are of this cluster, such as cluster: prod, where Prometheus holds several. "" selects series without the label, and "*" all of them.',
    ),
  backfillDays: z.number().positive().max(90).default(14).describe('How far back a newly labelled namespace is read.'),
  stepSeconds: Seconds(300).describe('Time between the samples that are read.'),
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
    timeZone: TimeZone.default('UTC').describe('Of the tz database, such as Europe/Berlin.'),
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
        low: Confidence.default(0.6).describe('Of criticality low.'),
        medium: Confidence.default(0.8).describe('Of criticality medium.'),
        high: Confidence.default(0.9).describe('Of criticality high.'),
      })
      .prefault({})
      .describe(
        'How sure the learner must be, in mode auto, for a change to need no approval. What only gives more, or is expected to cost no more than what is in force, needs no more than low. Criticality critical always asks.',
      ),
    worstDay: z
      .strictObject({
        high: z.number().min(0).max(1).default(0.25).describe('Of criticality high.'),
      })
      .prefault({})
      .describe(
        'The largest share of a day that CPU usage may be expected above the new request, by the worst of the known days, for a change to need no approval.',
      ),
    minimumDays: z
      .int()
      .min(0)
      .max(14)
      .default(3)
      .describe('Days of usage that must be known before mode auto makes a change that does not only give more.'),
    exempt: z
      .array(z.enum(['oom', 'pressure']))
      .prefault(['oom', 'pressure'])
      .describe(
        'What mode auto does at once, without approval. oom: more memory for what was OOM-killed. pressure: more of what running containers lack now, within a step.',
      ),
  })
  .prefault({})
  .describe('Which changes wait for the approval of somebody who may approve Recommendations.')

const Canary = z.strictObject({
  percent: z.int().min(1).max(99).describe('Share of the new Pods of a workload that get a new revision first.'),
  for: Duration.default('24h').describe('How long the two groups are compared, from the first such Pod on.'),
})

const Apply = z
  .strictObject({
    running: ApplyRunning.default('inPlace').describe(
      'What may happen to Pods that run when a revision is applied. never: only new Pods get it. inPlace: they are resized without a restart (Kubernetes 1.33 and later). inPlaceOrRestart: where a resize is not enough, they are restarted one after another, within their PodDisruptionBudgets. A SizingPolicy (apply.running) and the annotation plimsoll.dev/apply-running can only choose less.',
    ),
    podsPerSecond: z
      .number()
      .positive()
      .max(100)
      .default(2)
      .describe('Pods that are resized per second, in the whole cluster.'),
    podsPerNode: z.int().min(1).max(110).default(1).describe('Pods of one node that are resized at a time.'),
    betweenBatches: Duration.default('1m').describe(
      'How long the first Pod of a workload, then a quarter of its Pods, carry a revision before others get it.',
    ),
    withdrawAfter: Duration.default('15m').describe(
      'A resize for which the node has no room is withdrawn after this time, so that it reserves nothing.',
    ),
    raiseShare: z
      .number()
      .positive()
      .max(1)
      .default(0.1)
      .describe(
        "The most that raises may add within ten minutes, as a share of what the cluster's nodes can allocate.",
      ),
    restartsPerMinute: z
      .number()
      .positive()
      .max(60)
      .default(6)
      .describe('Restarts per minute in the whole cluster, with inPlaceOrRestart.'),
    lastReplica: LastReplica.default('annotated').describe(
      'Whether a restart may take the last ready Pod of a workload. never; annotated: where the Pod has the annotation plimsoll.dev/restart-last-replica: "true"; always: unless that annotation says otherwise.',
    ),
  })
  .prefault({})
  .describe('How an applied revision reaches Pods that run.')

const Slos = z
  .strictObject({
    burn: z
      .strictObject({
        long: Duration.default('1h').describe('The long window, which says that the burn matters.'),
        short: Duration.default('5m').describe('The short window, which says that it has not ended.'),
      })
      .refine(({ long, short }) => secondsOf(short) < secondsOf(long), 'short must be below long')
      .refine(({ short }) => secondsOf(short) >= 10, 'short must be at least 10s')
      .prefault({})
      .describe(
        'Windows by which it is judged how fast the error budget of an SLO burns. It burns fast in both, or not.',
      ),
    guardFor: Duration.default('2h').describe(
      'How long after a change a fast burn can roll it back where all Pods were changed, so that none is left to compare with.',
    ),
    objects: z
      .array(SloObjectKind)
      .max(3)
      .prefault([])
      .describe(
        'Whose objects SizingPolicies may refer to: pyrra, sloth, openslo. The chart lets the learner read these, and it watches them.',
      ),
    queries: z
      .boolean()
      .default(true)
      .describe(
        'Whether SizingPolicies may contain PromQL (from.query), which the learner sends with its own credentials.',
      ),
  })
  .prefault({})
  .describe('Service level objectives of SizingPolicies (docs/guides/slos.md). They are read from prometheus.')

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
    'How too little is priced against too much; a SizingPolicy may say otherwise for its namespace.',
  ),
  bounds: perResource({
    cpu: bounds('10m', '16').describe('CPU of one container.'),
    memory: bounds('32Mi', '64Gi').describe('Memory of one container.'),
  }).describe('Hard bounds of what is injected: nothing below the cluster may widen them.'),
  limits: z
    .strictObject({
      cpu: LimitPolicy.default('none').describe('CPU limits.'),
      memory: LimitPolicy.default('headroom').describe('Memory limits.'),
    })
    .prefault({})
    .describe(
      'What becomes of limits: keep leaves them, ratio keeps their ratio to the request, headroom sets them above what was seen, none adds none.',
    ),
  sizeBestEffort: z
    .boolean()
    .default(true)
    .describe('Whether a Pod without any requests may get some, which makes it Burstable.'),
  criticality: Criticality.default('medium').describe(
    'How much depends on a workload, where neither a SizingPolicy, nor its PriorityClass, nor its annotation plimsoll.dev/criticality says more.',
  ),
  priorityClasses: z
    .record(z.string().max(253), Criticality)
    .prefault({ 'system-cluster-critical': 'critical', 'system-node-critical': 'critical' })
    .describe('Criticality of what runs under a PriorityClass.'),
  approval: Approval,
  changes: z
    .strictObject({
      every: Duration.default('24h').describe(
        'Time between two decreases of one workload, and between two steps up to the same values, where only new Pods get values. A raise to what is newly learned does not wait.',
      ),
      aDay: z
        .number()
        .positive()
        .max(24)
        .default(0.3)
        .describe(
          'Changes a day that a container may have on average, without raises after OOM kills; rare savings wait.',
        ),
      lowerEvery: Duration.default('6h').describe(
        'The same where running Pods are resized (apply.running), so that decisions are hourly: time between two decreases.',
      ),
      protectEvery: Duration.default('20s').describe(
        'Where running Pods are resized: how often their usage is compared with what they have. Containers under pressure get more at once (approval.exempt: pressure), and values return with lowerEvery.',
      ),
      windows: z
        .array(ChangeWindow)
        .max(32)
        .prefault([])
        .describe('Changes are made only while one of these is open; any time where there is none.'),
    })
    .prefault({})
    .describe(
      'When new values are applied. More memory after an OOM kill, and more for what is under pressure, do not wait (approval.exempt).',
    ),
  notices: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
        .refine((url) => !URL.parse(url)?.username && !URL.parse(url)?.password, {
          error: 'expected no user or password in the URL: what cannot be sent is logged; sign notices with secretFile',
        })
        .describe('Where notices are sent, as JSON by POST.'),
      secretFile: z
        .string()
        .optional()
        .describe('File with the secret that notices are signed with (HMAC-SHA256); see docs/guides/approval.md.'),
    })
    .optional()
    .describe('Tell an HTTP endpoint of pending approvals, rollbacks and usage history that fails to come.'),
  step: z
    .strictObject({
      maxIncrease: z
        .number()
        .positive()
        .max(1000)
        .default(1)
        .describe('Share of the value that it may rise by; 1 doubles.'),
      maxDecrease: z.number().positive().max(1).default(0.5).describe('Share that it may fall by; 0.5 halves.'),
    })
    .prefault({})
    .describe('The most that one revision a day may move a value.'),
  minimumChange: z
    .strictObject({
      share: z.number().min(0).max(1).default(0.1).describe('Share of the value.'),
      cpu: Quantity.prefault('10m').describe('Amount of CPU.'),
      memory: Quantity.prefault('16Mi').describe('Amount of memory.'),
    })
    .prefault({})
    .describe('A change below the share or the amount is not worth a revision.'),
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
          'Labels of nodes that may tell classes apart, besides their cores and the most Pods that they accept, which are tried first.',
        ),
    })
    .prefault({})
    .describe(
      'Values of DaemonSets by class of node, where that is expected to cost at least a tenth less than one size for all nodes (docs/guides/daemonsets.md).',
    ),
  autoscalers: z
    .enum(['hold', 'keepScalePoint'])
    .default('hold')
    .describe(
      'What becomes of a resource on whose utilization an HPA scales. hold: it keeps the author\'s value. keepScalePoint: where the HPA has the annotation plimsoll.dev/keep-scale-point: "true" and Pods that run may be changed, the request and the target of the HPA change together.',
    ),
  canary: Canary.optional().describe(
    'Try a new revision on a share of the Pods first: where they are killed, restarted or throttled more than the others, it goes back.',
  ),
  learner: z
    .strictObject({
      minimumHistory: z
        .strictObject({
          seconds: Seconds(86_400).describe('Time from the first sample to the last.'),
          samples: z.int().min(1).max(100_000).default(20).describe('Number of samples.'),
        })
        .prefault({})
        .describe('Nothing is recommended before this much history.'),
      sampleEverySeconds: Seconds(60).describe('How often usage is read.'),
      publishEverySeconds: Seconds(60).describe('How often Recommendations are brought up to date.'),
      checkpointEverySeconds: Seconds(3600).describe(
        'How often what was learned of a workload is saved, without a Prometheus.',
      ),
      forgetAfterDays: z
        .number()
        .positive()
        .max(3650)
        .default(30)
        .describe('Recommendations of workloads without a Pod for so long are removed.'),
    })
    .prefault({})
    .describe('Pace of the learner.'),
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
      'Owners of Pods that live for one run, by kind with its API group: labels of their Pods whose values together name what repeats. Plimsoll knows common ones (docs/reference/compatibility/owners.md); what is written here takes precedence.',
    ),
  prometheus: Prometheus.optional().describe(
    'Where usage comes from; the metrics API (metrics-server) when this is left out.',
  ),
  /** The webhook's certificate. Without it, certificates are made by hand and given to the webhook as files. The chart writes it. */
  certificates: Certificates.optional(),
  /** Experiments run where this is set. The chart writes it. */
  experiments: Experiments.optional(),
  namespace: z
    .string()
    .min(1)
    .max(63)
    .default('plimsoll')
    .describe("Plimsoll's own namespace: never touched, and where its Lease lives."),
})
export type Settings = z.infer<typeof Settings>
