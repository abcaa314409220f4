import { z } from 'zod'
import { parseQuantity, type ResourceName } from '../resources/index.ts'

const Quantity = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => (parseQuantity(text) ?? -1n) > 0n, 'expected a quantity above 0, such as 250m or 64Mi')
  .transform((text) => parseQuantity(text)!)

const bounds = (min: string, max: string) =>
  z
    .strictObject({ min: Quantity.prefault(min), max: Quantity.prefault(max) })
    .refine(
      (b) => typeof b.min !== 'bigint' || typeof b.max !== 'bigint' || b.min <= b.max,
      'min must not be above max',
    )
    .prefault({})

const LimitPolicy = z.enum(['keep', 'ratio', 'headroom', 'none'])

const perResource = <T extends z.ZodType>(types: Record<ResourceName, T>) => z.strictObject(types).prefault({} as never)

const Seconds = (usual: number) => z.number().positive().max(31_536_000).default(usual)

const Prometheus = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' }),
  /** Files, read anew on every request: nothing secret stands in the settings. */
  tokenFile: z.string().optional(),
  caFile: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  backfillDays: z.number().positive().max(90).default(14),
  stepSeconds: Seconds(300),
})

const ObjectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'expected the name of a Kubernetes object, such as plimsoll-tls')

/** Who makes the webhook's certificate, and where it lies. */
const Certificates = z.strictObject({
  /** `self-managed`: the learner issues and renews it. Otherwise nothing is written: cert-manager or a person does it. */
  mode: z.enum(['self-managed', 'cert-manager', 'existing']).default('self-managed'),
  /** Secret with tls.crt, tls.key and ca.crt, in Plimsoll's namespace. */
  secretName: ObjectName.default('plimsoll-tls'),
  /** Secret with the authority and its key. */
  caSecretName: ObjectName.default('plimsoll-ca'),
  /** The MutatingWebhookConfiguration that is to trust the authority. */
  webhookConfiguration: ObjectName.default('plimsoll'),
  /** The Service that the API server calls: what the certificate is for. */
  serviceName: ObjectName.default('plimsoll'),
})

/** Every setting of a Plimsoll in a cluster, with its default. */
export const Settings = z.strictObject({
  goal: z.enum(['savings', 'balanced', 'reliability']).default('balanced'),
  bounds: perResource({ cpu: bounds('10m', '16'), memory: bounds('32Mi', '64Gi') }),
  limits: z.strictObject({ cpu: LimitPolicy.default('none'), memory: LimitPolicy.default('headroom') }).prefault({}),
  /** Whether a Pod without any requests may get some, which makes it Burstable. */
  sizeBestEffort: z.boolean().default(true),
  /** The most that one revision a day may move a value: 1 doubles, 0.5 halves. */
  step: z
    .strictObject({
      maxIncrease: z.number().positive().max(1000).default(1),
      maxDecrease: z.number().positive().max(1).default(0.5),
    })
    .prefault({}),
  /** A change below the share or the amount is not worth a revision. */
  minimumChange: z
    .strictObject({
      share: z.number().min(0).max(1).default(0.1),
      cpu: Quantity.prefault('10m'),
      memory: Quantity.prefault('16Mi'),
    })
    .prefault({}),
  learner: z
    .strictObject({
      /** Nothing is recommended before this much history. */
      minimumHistory: z
        .strictObject({ seconds: Seconds(86_400), samples: z.int().min(1).max(100_000).default(20) })
        .prefault({}),
      sampleEverySeconds: Seconds(60),
      publishEverySeconds: Seconds(60),
      checkpointEverySeconds: Seconds(3600),
      /** Recommendations of workloads without a Pod for so long are removed. */
      forgetAfterDays: z.number().positive().max(3650).default(30),
    })
    .prefault({}),
  /** Where usage comes from; the metrics API when there is no Prometheus. */
  prometheus: Prometheus.optional(),
  /** Without it, certificates are made by hand and given to the webhook as files. */
  certificates: Certificates.optional(),
  /** Plimsoll's own namespace: never touched, and where its Lease lives. */
  namespace: z.string().min(1).max(63).default('plimsoll'),
})
export type Settings = z.infer<typeof Settings>
