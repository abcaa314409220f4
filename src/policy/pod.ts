import {
  type ContainerResources,
  type Nanos,
  parseQuantity,
  type ResourceName,
  type ResourceRequirements,
  readResources,
} from '../resources/index.ts'

/** Annotation of the API server's copy of a Pod that a kubelet reads from a file. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

/** Label of a Pod by which its author opts it out. */
const INJECT_LABEL = 'plimsoll.dev/inject'

/**
 * The part of a Pod (core/v1) that a decision reads. It comes from outside, so every field may be missing or have another type than the
 * API says: `readContainers` skips malformed parts.
 */
export interface Pod {
  readonly metadata?: {
    readonly annotations?: Readonly<Record<string, string>> | null
    readonly labels?: Readonly<Record<string, string>> | null
  } | null
  readonly spec?: {
    readonly containers?: readonly PodContainer[] | null
    readonly initContainers?: readonly PodContainer[] | null
    /** Pod-level resources (KEP-2837). */
    readonly resources?: ResourceRequirements | null
    /** Overhead of the RuntimeClass. The API server sets it before it calls a webhook. */
    readonly overhead?: Readonly<Record<string, unknown>> | null
    readonly activeDeadlineSeconds?: number | null
    readonly priorityClassName?: string | null
    readonly restartPolicy?: string | null
  } | null
}

export interface PodContainer {
  readonly name?: string
  readonly image?: string
  /** `Always` on an init container makes it a native sidecar (KEP-753). */
  readonly restartPolicy?: string
  readonly resources?: ResourceRequirements | null
  readonly command?: readonly string[] | null
  readonly args?: readonly string[] | null
  readonly env?: readonly EnvironmentVariable[] | null
  readonly envFrom?: readonly unknown[] | null
  readonly resizePolicy?: readonly unknown[] | null
  readonly readinessProbe?: unknown
  readonly startupProbe?: unknown
}

export interface EnvironmentVariable {
  readonly name?: string
  readonly value?: string
  readonly valueFrom?: { readonly resourceFieldRef?: { readonly resource?: string } | null } | null
}

export type ContainerKind = 'container' | 'sidecar' | 'init'

/** One container, its place in the Pod, and the resources that it has now. */
export interface PodSlot {
  readonly kind: ContainerKind
  readonly list: 'containers' | 'initContainers'
  readonly index: number
  readonly name: string
  readonly carried: ContainerResources
  readonly container: PodContainer
}

/** Whether the author of a Pod with these labels wants nothing injected. */
export function isOptedOut(labels: Readonly<Record<string, unknown>> | null | undefined): boolean {
  return labels?.[INJECT_LABEL] === 'false'
}

export function readContainers(pod: Pod): PodSlot[] {
  return [...readList(pod, 'initContainers'), ...readList(pod, 'containers')]
}

/** Number of containers and init containers of a Pod, including those that cannot be read. */
export function countContainers({ spec }: Pod): number {
  const lists: unknown[] = [spec?.initContainers, spec?.containers]
  return lists.reduce<number>((count, list) => count + (Array.isArray(list) ? list.length : 0), 0)
}

/** Resources that the Pod's RuntimeClass needs besides its containers. */
export function readOverhead({ spec }: Pod): Readonly<Record<ResourceName, Nanos>> {
  const of = (resource: ResourceName) => parseQuantity(spec?.overhead?.[resource]) ?? 0n
  return { cpu: of('cpu'), memory: of('memory') }
}

/** Containers of a Pod in the order in which they start, and the overhead of its RuntimeClass. */
export interface PodShape {
  readonly slots: readonly Pick<PodSlot, 'name' | 'kind'>[]
  readonly overhead: Readonly<Record<ResourceName, Nanos>>
}

export function readShape(pod: Pod): PodShape {
  return { slots: readContainers(pod).map(({ name, kind }) => ({ name, kind })), overhead: readOverhead(pod) }
}

function readList(pod: Pod, list: PodSlot['list']): PodSlot[] {
  const containers = pod.spec?.[list]
  if (!Array.isArray(containers)) return []
  return containers.flatMap((container: PodContainer | null, index) => {
    if (typeof container?.name !== 'string') return []
    const kind = list === 'containers' ? 'container' : container.restartPolicy === 'Always' ? 'sidecar' : 'init'
    return [{ kind, list, index, name: container.name, carried: readResources(container.resources), container }]
  })
}

/** Groups of containers that run at the same time: containers with sidecars, and each init container with the sidecars before it. */
export function togetherAtOnce<T extends { readonly kind: ContainerKind }>(
  all: readonly T[],
): readonly (readonly T[])[] {
  const starting = all.flatMap((one, i) =>
    one.kind === 'init' ? [[...all.slice(0, i).filter(({ kind }) => kind === 'sidecar'), one]] : [],
  )
  return [all.filter(({ kind }) => kind !== 'init'), ...starting]
}
