import type { SloObjectKind } from '../../api/index.ts'
import type { SloObject } from './read.ts'

/** Where objects of a kind are served. */
export interface SloType {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
}

/** Types of the objects that state SLOs, by whose they are. */
export const SLO_TYPES: Readonly<Record<SloObjectKind, readonly (readonly [SloObject['kind'], SloType])[]>> = {
  pyrra: [
    ['pyrra', { apiVersion: 'pyrra.dev/v1alpha1', kind: 'ServiceLevelObjective', plural: 'servicelevelobjectives' }],
  ],
  sloth: [
    ['sloth', { apiVersion: 'sloth.slok.dev/v1', kind: 'PrometheusServiceLevel', plural: 'prometheusservicelevels' }],
  ],
  openslo: [
    ['openslo', { apiVersion: 'openslo.com/v1', kind: 'SLO', plural: 'slos' }],
    ['opensloIndicator', { apiVersion: 'openslo.com/v1', kind: 'SLI', plural: 'slis' }],
  ],
}

/** An object as the API or a file has it; undefined if it is none that states an SLO. OpenSLO's own files have the group `openslo`. */
export function sloObjectOf(object: {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly metadata?: { readonly namespace?: unknown; readonly name?: unknown } | undefined
  readonly spec?: unknown
}): SloObject | undefined {
  const group = String(object.apiVersion ?? '').split('/')[0]!
  for (const [kind, type] of Object.values(SLO_TYPES).flat()) {
    const groups = [type.apiVersion.split('/')[0]!, ...(type.apiVersion.startsWith('openslo') ? ['openslo'] : [])]
    if (!groups.includes(group) || object.kind !== type.kind) continue
    const { namespace = '', name = '' } = object.metadata ?? {}
    return { kind, namespace: String(namespace), name: String(name), spec: object.spec }
  }
  return undefined
}
