import type { ContainerValues, LabelSelector, Values } from '../api/index.ts'
import { RESOURCES, type ResourceName } from '../resources/index.ts'
import { groupKind, type Workload } from '../workloads/index.ts'
import type { ReasonCode } from './reasons.ts'
import { selects } from './resolve.ts'
import {
  metricKey,
  readScaleConsent,
  readScalePoints,
  SCALE_POINT_ANNOTATION,
  type ScaledObject,
  type ScalePoints,
} from './scale-point.ts'

/** A resource that an autoscaler controls, for one container or, without `container`, for all. */
export interface Claim {
  readonly resource: ResourceName
  readonly container?: string | undefined
  /** Target utilization of an HPA, in percent of the request. */
  readonly utilization?: number
}

/** What an autoscaler scales: `kind` is as in `Workload`. */
export interface AutoscalerTarget {
  readonly kind: string
  readonly name: string
  /** API version and kind as the autoscaler names them. */
  readonly reference?: { readonly apiVersion: string; readonly kind: string } | undefined
}

/** An HPA or VPA of a namespace, reduced to what affects the requests of a workload's Pods. */
export interface Autoscaler {
  readonly kind: 'HorizontalPodAutoscaler' | 'VerticalPodAutoscaler'
  readonly namespace: string
  readonly name: string
  readonly target: AutoscalerTarget
  readonly claims: readonly Claim[]
  /** `keeps` if its targets are changed together with the requests; a reason if its owner allows that, but it is not possible. */
  readonly scale?: 'keeps' | ReasonCode | undefined
  /** Targets that Plimsoll has changed. */
  readonly points?: ScalePoints | undefined
  /** Containers with a separate policy in a VPA: claims without a container do not cover them. */
  readonly except?: readonly string[]
}

/** Metric of an HPA without metrics. Source: `SetDefaults_HorizontalPodAutoscaler` of autoscaling/v2. */
const DEFAULT_METRIC: Claim = { resource: 'cpu', utilization: 80 }

/** HorizontalPodAutoscaler of autoscaling/v2, reduced to the fields that are read. */
export interface ApiHpa {
  readonly metadata: { readonly namespace?: string | undefined; readonly name?: string } & ScaledObject['metadata']
  readonly spec?: {
    readonly scaleTargetRef?: ApiReference
    readonly metrics?: readonly ApiMetric[] | null
    readonly minReplicas?: number | null
    readonly maxReplicas?: number
  }
  readonly status?: { readonly currentReplicas?: number } | null
}

/** CrossVersionObjectReference of autoscaling/v2. */
interface ApiReference {
  readonly apiVersion?: string
  readonly kind?: string
  readonly name?: string
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

/**
 * Reads an HPA. AverageValue, Value and metrics of other objects do not depend on requests, so they claim nothing.
 *
 * @param keepsScalePoint whether targets may be changed together with requests, if the owner of the HPA allows it
 */
export function readHpa({ metadata, spec }: ApiHpa, keepsScalePoint = false): Autoscaler {
  const metrics = spec?.metrics ?? []
  const claims = metrics.length === 0 ? [DEFAULT_METRIC] : metrics.flatMap(claimOf)
  const points = readScalePoints(metadata.annotations?.[SCALE_POINT_ANNOTATION])
  const hasPoints = Object.keys(points).length > 0
  const consent = metrics.length > 0 ? readScaleConsent({ metadata }, targetsOf(claims)) : undefined
  // With the author's request, a changed target would be wrong.
  const scale = keepsScalePoint ? consent : hasPoints ? 'keeps' : undefined
  return {
    kind: 'HorizontalPodAutoscaler',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    target: targetOf(spec?.scaleTargetRef),
    claims,
    ...(scale && { scale }),
    ...(hasPoints && { points }),
  }
}

/** Target utilization of each metric of an HPA, by its key. */
function targetsOf(claims: readonly Claim[]): ReadonlyMap<string, number> {
  return new Map(
    claims.flatMap(({ resource, container, utilization }) =>
      utilization === undefined ? [] : [[metricKey(resource, container), utilization] as const],
    ),
  )
}

function targetOf({ apiVersion, kind = '', name = '' }: ApiReference = {}): AutoscalerTarget {
  if (!apiVersion) return { kind, name }
  return { kind: groupKind(kind, apiVersion), name, reference: { apiVersion, kind } }
}

/** What decides whether an autoscaler scales a Pod. */
export interface AutoscaledPod {
  readonly labels: Readonly<Record<string, string>>
  /** Workload that the controllers of the Pod name. */
  readonly controllers?: Workload | undefined
}

/**
 * Whether an autoscaler scales Pods of a workload: its target is the workload or a controller of its Pods, or selects these Pods.
 *
 * @param selector selector of the target's Pods, if known
 */
export function isTargetedBy(
  { namespace, target }: Pick<Autoscaler, 'namespace' | 'target'>,
  selector: LabelSelector | undefined,
  workload: Workload,
  pods: readonly AutoscaledPod[],
): boolean {
  if (namespace !== workload.namespace) return false
  const isNamed = (one: Workload | undefined) => one?.kind === target.kind && one.name === target.name
  return (
    isNamed(workload) ||
    pods.some(({ labels, controllers }) => isNamed(controllers) || (selector && selects(selector, labels)))
  )
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

/** VerticalPodAutoscaler of autoscaling.k8s.io/v1, reduced to the fields that are read. */
export interface ApiVpa {
  readonly metadata: { readonly namespace?: string | undefined; readonly name?: string }
  readonly spec?: {
    readonly targetRef?: ApiReference
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

/** Reads a VPA. With updateMode Off it only recommends; in every other mode it changes requests, at least when a Pod is created. */
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
    target: targetOf(spec?.targetRef),
    claims: acts
      ? [...named.flatMap((policy) => claimsOf(policy.containerName, policy)), ...claimsOf(undefined, rest)]
      : [],
    except: named.map(({ containerName }) => containerName!),
  }
}

/**
 * Why a resource of a container keeps its author's values; undefined if no autoscaler controls it.
 *
 * @param isIncludingKept whether to include HPAs whose target is changed together with the request
 */
export function heldFor(
  autoscalers: readonly Autoscaler[],
  container: string,
  resource: ResourceName,
  isIncludingKept = false,
): ReasonCode | undefined {
  const claims = ({ claims, except = [] }: Autoscaler) =>
    claims.some(
      (claim) =>
        claim.resource === resource &&
        (claim.container === undefined ? !except.includes(container) : claim.container === container),
    )
  const claimants = autoscalers.filter((one) => claims(one) && (one.scale !== 'keeps' || isIncludingKept))
  // A VPA changes requests itself, so it takes precedence.
  if (claimants.some(({ kind }) => kind === 'VerticalPodAutoscaler')) return 'HeldForVpa'
  const [claimant] = claimants
  return claimant && (claimant.scale && claimant.scale !== 'keeps' ? claimant.scale : 'HeldForHpa')
}

/** The values without resources that an autoscaler controls; `held` says why. */
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
