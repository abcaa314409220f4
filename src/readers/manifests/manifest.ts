import { z } from 'zod'
import type { OwnerReference } from '../../workloads/index.ts'

const Label = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected a DNS label: a-z, 0-9 and -, at most 63')
const Name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'expected a DNS name: a-z, 0-9, - and ., at most 253')
const NamePrefix = z
  .string()
  .max(253)
  .regex(/^[a-z0-9][-.a-z0-9]*$/, 'expected the beginning of a DNS name: a-z, 0-9, - and .')
const Strings = z.record(z.string(), z.string()).nullish()
const Quantities = z.record(z.string(), z.union([z.string(), z.number()])).nullish()
const Container = z.looseObject({
  name: Label,
  resources: z.looseObject({ requests: Quantities, limits: Quantities }).nullish(),
})

export const PodTemplate = z.looseObject({
  metadata: z.looseObject({ labels: Strings, annotations: Strings }).nullish(),
  spec: z.looseObject({ containers: z.array(Container).min(1), initContainers: z.array(Container).nullish() }),
})
export type PodTemplate = z.infer<typeof PodTemplate>

/** Path to the template of the Pods in each kind of object, by kind as `groupKind` writes it. */
export const TEMPLATES = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Rollout: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Pod: [],
  ReplicationController: ['spec', 'template'],
  DeploymentConfig: ['spec', 'template'],
  CloneSet: ['spec', 'template'],
  'StatefulSet.apps.kruise.io': ['spec', 'template'],
  'DaemonSet.apps.kruise.io': ['spec', 'template'],
  'Service.serving.knative.dev': ['spec', 'template'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type ManifestKind = keyof typeof TEMPLATES

export function isManifestKind(kind: unknown): kind is ManifestKind {
  return typeof kind === 'string' && Object.hasOwn(TEMPLATES, kind)
}

/** An object with its name or `generateName`. */
export const Head = z.looseObject({
  metadata: z.looseObject({
    name: Name.nullish(),
    generateName: NamePrefix.nullish(),
    namespace: Label.nullish(),
    ownerReferences: z.array(z.looseObject({})).nullish(),
  }),
  spec: z.looseObject({
    replicas: z.int().min(0).nullish(),
    serviceName: z.string().nullish(),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: Label }) })).nullish(),
    workloadRef: z.looseObject({ kind: z.string(), name: Name }).nullish(),
  }),
})

/** One object that creates Pods, as its author wrote it. */
export interface Manifest {
  /** File and line for messages: `examples/cart.yaml:1`. */
  readonly where: string
  readonly kind: ManifestKind
  /** Name, or the `generateName` without its last dash. */
  readonly name: string
  readonly namespace: string
  /** Number of replicas; 1 if the manifest has none, as in the API. */
  readonly replicas: number
  /** `spec.serviceName` of a StatefulSet. */
  readonly serviceName?: string | undefined
  /** Names of the volumeClaimTemplates of a StatefulSet. */
  readonly volumeClaims?: readonly string[] | undefined
  readonly template: PodTemplate
  /** Owners of an object that was read from a cluster. */
  readonly owners?: readonly OwnerReference[] | undefined
}

/** A document, file or folder that could not be read. */
export interface Skipped {
  /** File and line. */
  readonly where: string
  /** What it is and why it was left out: one line, which may contain text of the file. */
  readonly why: string
}

/** Manifests cannot be read. The message says which file, which line, and what to do. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
}
