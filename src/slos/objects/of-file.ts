import { SLO_TYPES } from '../../api/index.ts'
import type { SloObject } from './read.ts'

/**
 * An object as the API or a file has it; undefined if it is none that states an SLO. Files of OpenSLO have the group `openslo`, objects in a
 * cluster `openslo.com`.
 */
export function sloObjectOf(object: {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly metadata?: { readonly namespace?: unknown; readonly name?: unknown } | undefined
  readonly spec?: unknown
}): SloObject | undefined {
  const group = String(object.apiVersion ?? '').split('/')[0]!
  for (const { apiVersion, kind } of Object.values(SLO_TYPES).flat()) {
    const its = apiVersion.split('/')[0]!
    if ((group !== its && `${group}.com` !== its) || object.kind !== kind) continue
    const { namespace = '', name = '' } = object.metadata ?? {}
    return { kind, namespace: String(namespace), name: String(name), spec: object.spec }
  }
  return undefined
}
