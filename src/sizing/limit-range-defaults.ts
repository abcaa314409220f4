import type { Pod, PodContainer } from '../policy/index.ts'

type Amounts = Readonly<Record<string, unknown>>

/** Defaults that a LimitRange adds to containers that do not set them. */
export interface LimitDefaults {
  readonly requests: Amounts
  readonly limits: Amounts
}

/**
 * Reads the defaults in the `spec` of a LimitRange. The API server has completed them: a missing default is the maximum, and a
 * missing default request is the default or else the minimum.
 *
 * Source: `LimitRangeItem` of core/v1; `defaultContainerResourceRequirements` in plugin/pkg/admission/limitranger.
 */
export function readLimitDefaults(spec: unknown): LimitDefaults {
  const limits = (spec as { limits?: unknown } | null | undefined)?.limits
  const items = (Array.isArray(limits) ? limits : []).filter((item) => item?.type === 'Container')
  const merged = (field: string): Amounts => Object.assign({}, ...items.map((item) => item[field]))
  return { requests: merged('defaultRequest'), limits: merged('default') }
}

/**
 * Applies LimitRange defaults to a Pod that does not exist yet, as LimitRanger does before webhooks run. Init containers get the
 * defaults as well.
 */
export function withLimitDefaults<T extends Pod>(pod: T, all: readonly LimitDefaults[]): T {
  if (all.length === 0 || !pod.spec) return pod
  const complete = (containers: readonly PodContainer[] | null | undefined) =>
    Array.isArray(containers) ? containers.map((container) => withDefaults(container, all)) : containers
  const { containers, initContainers } = pod.spec
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(containers && { containers: complete(containers) }),
      ...(initContainers && { initContainers: complete(initContainers) }),
    },
  }
}

function withDefaults(container: PodContainer, all: readonly LimitDefaults[]): PodContainer {
  const { requests, limits } = container.resources ?? {}
  // Values of the Pod have priority, then the first LimitRange that sets a value.
  const merged = (field: keyof LimitDefaults) =>
    Object.assign({}, ...all.map((defaults) => defaults[field]).reverse()) as Amounts
  const completed = {
    requests: { ...merged('requests'), ...requests },
    limits: { ...merged('limits'), ...limits },
  }
  const filled = Object.fromEntries(Object.entries(completed).filter(([, amounts]) => Object.keys(amounts).length > 0))
  return { ...container, resources: { ...container.resources, ...filled } }
}
