import { type LabelSelector, SIZING_POLICIES, SizingPolicySpec } from '../../api/index.ts'
import { RESOURCES, type ResourceName } from '../../resources/index.ts'
import { sortedJson } from './merge-patch.ts'
import type { ApiObject, Tool } from './objects.ts'
import { MIGRATED } from './record.ts'

/** Name of the SizingPolicy that keeps what nobody has handed over as its author wrote it. */
export const OTHERS = 'migrated-others'

/** Everything as the author wrote it. */
const AS_WRITTEN = { minShare: 1, maxShare: 1, minLimitShare: 1, maxLimitShare: 1 }
/** Says for each of them that it does not apply: else the namespace's other policy would. */
const FREE = { minShare: 0, maxShare: 1000, minLimitShare: 0, maxLimitShare: 1000 }

export interface ResourceRules {
  readonly min?: string | undefined
  readonly max?: string | undefined
  readonly limit: 'keep' | 'ratio' | 'headroom' | 'none'
}

/** What takes a workload over. A resource without rules stays as its author wrote it. */
export type Rules = Readonly<Partial<Record<ResourceName, ResourceRules>>> &
  Pick<SizingPolicySpec, 'goal' | 'canary' | 'changeWindows' | 'startup'> & {
    readonly selector: LabelSelector
    readonly running: 'never' | 'inPlace' | 'inPlaceOrRestart'
  }

/**
 * Settings under which Plimsoll changes no Pod of the namespace that no other policy selects: requests and limits stay within what the
 * author wrote, and everything needs approval.
 */
export function othersSpec(): SizingPolicySpec {
  return {
    criticality: 'critical',
    apply: { running: 'never' },
    limits: { cpu: 'keep', memory: 'keep' },
    bounds: { cpu: AS_WRITTEN, memory: AS_WRITTEN },
  }
}

/**
 * The SizingPolicy that takes a workload over, without its criticality, which is that of the installation (`withCriticality`). Together
 * they state everything that the policy for the others states, and so override it.
 */
export function takingOver({
  selector,
  running,
  goal,
  canary,
  changeWindows,
  startup,
  ...rules
}: Rules): SizingPolicySpec {
  const ofEach = <T>(of: (rules: ResourceRules | undefined) => T) =>
    Object.fromEntries(RESOURCES.map((resource) => [resource, of(rules[resource])])) as Record<ResourceName, T>
  return {
    selector,
    apply: { running },
    limits: ofEach((one) => one?.limit ?? 'keep'),
    bounds: ofEach((one) =>
      one ? { ...FREE, ...(one.min && { min: one.min }), ...(one.max && { max: one.max }) } : AS_WRITTEN,
    ),
    ...(goal && { goal }),
    ...(canary && { canary }),
    ...(startup && { startup }),
    ...(changeWindows && { changeWindows }),
  }
}

/** Why the API server would refuse a policy; undefined if it would not. */
export function refusalOf(spec: SizingPolicySpec): string | undefined {
  const { error } = SizingPolicySpec.safeParse(spec)
  const [issue] = error?.issues ?? []
  return issue && `${issue.path.join('.')}: ${issue.message}`
}

/** The object of a policy, with what was written, so that changes by others are recognized. */
export function policyObject(tool: Tool, namespace: string, name: string, spec: SizingPolicySpec): ApiObject {
  return {
    apiVersion: SIZING_POLICIES.apiVersion,
    kind: SIZING_POLICIES.kind,
    metadata: { name, namespace, labels: { [MIGRATED]: tool }, annotations: { [MIGRATED]: JSON.stringify(spec) } },
    spec: spec as ApiObject['spec'],
  }
}

/** Whether a migration from a tool wrote a policy. */
export function isWrittenFor({ metadata: { labels } }: ApiObject, tool: Tool): boolean {
  return labels?.[MIGRATED] === tool
}

/** Whether nobody has changed a policy since a migration wrote it. */
export function isUntouched({ metadata: { annotations }, spec }: ApiObject): boolean {
  try {
    return sortedJson(JSON.parse(annotations?.[MIGRATED] ?? '')) === sortedJson(spec)
  } catch {
    return false
  }
}
