import { isObject, type ResourceName } from '../resources/index.ts'
import type { ReasonCode } from './reasons.ts'

/** Annotation by which the owner of an HPA allows Plimsoll to change its target together with the request: `"true"`. */
const KEEP_SCALE_POINT_ANNOTATION = 'plimsoll.dev/keep-scale-point'
/** Annotation in which Plimsoll records the targets that it has changed, and the author's. */
export const SCALE_POINT_ANNOTATION = 'plimsoll.dev/scale-point'

/** The part of an HPA that shows whether its targets may be changed. */
export interface ScaledObject {
  readonly metadata: {
    readonly annotations?: Readonly<Record<string, string>> | undefined
    readonly labels?: Readonly<Record<string, string>> | undefined
    readonly ownerReferences?: readonly { readonly controller?: boolean }[] | undefined
    readonly managedFields?: readonly { readonly manager?: string }[] | undefined
  }
}

/** Target utilizations of one metric in percent: the author's, and the last one that Plimsoll wrote. */
export interface ScalePoint {
  readonly author: number
  readonly written: number
}

/** Targets that were changed, by the key of their metric: `cpu`, or `cpu/app` for one container. */
export type ScalePoints = Readonly<Record<string, ScalePoint>>

/** Key of a metric of an HPA. */
export function metricKey(resource: ResourceName, container?: string | undefined): string {
  return container === undefined ? resource : `${resource}/${container}`
}

/** Labels and annotations of tools that revert objects to the state in a repository. */
const RECONCILED = [
  'argocd.argoproj.io/instance',
  'argocd.argoproj.io/tracking-id',
  'fleet.cattle.io/bundle-id',
  'helm.toolkit.fluxcd.io/name',
  'kustomize.toolkit.fluxcd.io/name',
]
/** Field managers of these tools. */
const RECONCILERS = /^(argocd-controller|fleetagent|flux.*|helm-controller|kustomize-controller)$/

/**
 * Whether the targets of an HPA may be changed: its owner allows it, and nobody else would change them back.
 *
 * @param targets target utilization of each metric now, by its key
 * @returns `keeps` if they may, a reason if the owner allows it but it is not possible, undefined if the owner does not allow it
 */
export function readScaleConsent(
  { metadata }: ScaledObject,
  targets: ReadonlyMap<string, number>,
): 'keeps' | ReasonCode | undefined {
  const { annotations = {}, labels = {}, ownerReferences = [], managedFields = [] } = metadata
  if (annotations[KEEP_SCALE_POINT_ANNOTATION] !== 'true') return undefined
  if (ownerReferences.some(({ controller }) => controller)) return 'ScaleTargetOwned'
  if (RECONCILED.some((key) => Object.hasOwn(labels, key) || Object.hasOwn(annotations, key)))
    return 'ScaleTargetReconciled'
  if (managedFields.some(({ manager }) => manager !== undefined && RECONCILERS.test(manager)))
    return 'ScaleTargetReconciled'
  const points = readScalePoints(annotations[SCALE_POINT_ANNOTATION])
  const isForeign = ([key, { written }]: [string, ScalePoint]) => targets.get(key) !== written
  return Object.entries(points).some(isForeign) ? 'ScaleTargetChanged' : 'keeps'
}

/** Reads the annotation. Entries that cannot be read were not written by Plimsoll. */
export function readScalePoints(annotation: string | undefined): ScalePoints {
  if (annotation === undefined || annotation.length > MAX_LENGTH) return {}
  try {
    const read: unknown = JSON.parse(annotation)
    if (!isObject(read)) return {}
    return Object.fromEntries(Object.entries(read).filter((entry): entry is [string, ScalePoint] => isPoint(entry[1])))
  } catch {
    return {}
  }
}

const MAX_LENGTH = 16 * 1024

function isPoint(value: unknown): value is ScalePoint {
  return isObject(value) && isTarget(value.author) && isTarget(value.written)
}

function isTarget(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1
}
