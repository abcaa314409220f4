import type { ContainerValues, Values } from '../api/index.ts'
import { RESOURCES, type ResourceName } from '../resources/index.ts'
import type { ReasonCode } from './reasons.ts'

/** A resource that an autoscaler has a hand in; without a container, of all of them. */
export interface Claim {
  readonly resource: ResourceName
  readonly container?: string | undefined
  /** HPA: the utilization that it keeps, in percent of the request. */
  readonly utilization?: number
}

/** An HPA or VPA of a namespace, as far as it matters to what a workload's Pods ask for. */
export interface Autoscaler {
  readonly kind: 'HorizontalPodAutoscaler' | 'VerticalPodAutoscaler'
  readonly namespace: string
  readonly name: string
  readonly target: { readonly kind: string; readonly name: string }
  readonly claims: readonly Claim[]
  /** VPA: containers that it leaves alone. */
  readonly except?: readonly string[]
}

/** An HPA without metrics scales on this. Source: `SetDefaults_HorizontalPodAutoscaler` of autoscaling/v2. */
const DEFAULT_METRIC: Claim = { resource: 'cpu', utilization: 80 }

/** autoscaling/v2, as far as it is read. */
export interface ApiHpa {
  readonly metadata: { readonly namespace?: string | undefined; readonly name?: string }
  readonly spec?: {
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string }
    readonly metrics?: readonly ApiMetric[] | null
  }
}

interface ApiMetric {
  readonly type?: string
  readonly resource?: { readonly name?: string; readonly target?: ApiTarget }
  readonly containerResource?: { readonly name?: string; readonly container?: string; readonly target?: ApiTarget }
}

interface ApiTarget {
  readonly type?: string
  readonly averageUtilization?: number
}

/** AverageValue, Value and metrics of other things do not look at requests, so they claim nothing. */
export function readHpa({ metadata, spec }: ApiHpa): Autoscaler {
  const metrics = spec?.metrics ?? []
  return {
    kind: 'HorizontalPodAutoscaler',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    target: { kind: spec?.scaleTargetRef?.kind ?? '', name: spec?.scaleTargetRef?.name ?? '' },
    claims: metrics.length === 0 ? [DEFAULT_METRIC] : metrics.flatMap(claimOf),
  }
}

function claimOf({ type, resource, containerResource }: ApiMetric): Claim[] {
  const metric = type === 'Resource' ? resource : type === 'ContainerResource' ? containerResource : undefined
  const name = RESOURCES.find((known) => known === metric?.name)
  if (!name || metric?.target?.type !== 'Utilization') return []
  const { averageUtilization } = metric.target
  return [
    {
      resource: name,
      ...(type === 'ContainerResource' && { container: containerResource?.container }),
      ...(averageUtilization !== undefined && { utilization: averageUtilization }),
    },
  ]
}

/** autoscaling.k8s.io/v1, as far as it is read. */
export interface ApiVpa {
  readonly metadata: { readonly namespace?: string | undefined; readonly name?: string }
  readonly spec?: {
    readonly targetRef?: { readonly kind?: string; readonly name?: string }
    readonly updatePolicy?: { readonly updateMode?: string } | null
    readonly resourcePolicy?: { readonly containerPolicies?: readonly ApiContainerPolicy[] | null } | null
  }
}

interface ApiContainerPolicy {
  readonly containerName?: string
  readonly mode?: string
  readonly controlledResources?: readonly string[] | null
}

const EVERY_CONTAINER = '*'

/** One whose updateMode is Off only recommends; every other acts, at least when a Pod is made. */
export function readVpa({ metadata, spec }: ApiVpa): Autoscaler {
  const acts = spec?.updatePolicy?.updateMode !== 'Off'
  const policies = spec?.resourcePolicy?.containerPolicies ?? []
  const named = policies.filter(({ containerName = '' }) => containerName !== '' && containerName !== EVERY_CONTAINER)
  const rest = policies.find(({ containerName }) => containerName === EVERY_CONTAINER)
  const claimsOf = (container: string | undefined, policy: ApiContainerPolicy | undefined): Claim[] =>
    policy?.mode === 'Off'
      ? []
      : RESOURCES.filter((resource) => (policy?.controlledResources ?? RESOURCES).includes(resource)).map(
          (resource) => ({ resource, container }),
        )
  return {
    kind: 'VerticalPodAutoscaler',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    target: { kind: spec?.targetRef?.kind ?? '', name: spec?.targetRef?.name ?? '' },
    claims: acts
      ? [...named.flatMap((policy) => claimsOf(policy.containerName, policy)), ...claimsOf(undefined, rest)]
      : [],
    except: named.map(({ containerName }) => containerName!),
  }
}

/** Why a resource of a container keeps its author's values; undefined where no autoscaler acts on it. */
export function heldFor(
  autoscalers: readonly Autoscaler[],
  container: string,
  resource: ResourceName,
): ReasonCode | undefined {
  const claims = ({ claims, except = [] }: Autoscaler) =>
    claims.some(
      (claim) =>
        claim.resource === resource &&
        (claim.container === undefined ? !except.includes(container) : claim.container === container),
    )
  const claimants = autoscalers.filter(claims)
  // A VPA moves requests by itself: that goes before.
  if (claimants.some(({ kind }) => kind === 'VerticalPodAutoscaler')) return 'HeldForVpa'
  return claimants.length > 0 ? 'HeldForHpa' : undefined
}

/** The values without those of resources that an autoscaler acts on. */
export function holdForAutoscalers(values: Values, autoscalers: readonly Autoscaler[]): Values {
  return new Map([...values].map(([name, container]) => [name, held(container, name, autoscalers)]))
}

function held(
  { held: _, ...container }: ContainerValues,
  name: string,
  autoscalers: readonly Autoscaler[],
): ContainerValues {
  const left: { -readonly [field in keyof ContainerValues]: ContainerValues[field] } = container
  const codes: Partial<Record<ResourceName, ReasonCode>> = {}
  for (const resource of RESOURCES) {
    const code = heldFor(autoscalers, name, resource)
    if (!code) continue
    delete left[resource]
    codes[resource] = code
  }
  return Object.keys(codes).length > 0 ? { ...left, held: codes } : left
}
