import type { KubeObject, ResourceType } from '../../kube/index.ts'

/** Tools from which workloads are migrated. */
export const TOOLS = ['vpa', 'krr', 'goldilocks', 'attune'] as const
export type Tool = (typeof TOOLS)[number]

export type Texts = Readonly<Record<string, string>>

/** An object of the API, reduced to what is read here. */
export interface ApiObject extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly labels?: Texts | undefined
    readonly annotations?: Texts | undefined
  }
  readonly spec?: Readonly<Record<string, unknown>> | undefined
}

/** Something in the other tool that has no counterpart, or that a person has to decide. */
export interface Note {
  /** What it is about, such as `shop deployment/web`. */
  readonly about: string
  /** What has no counterpart. */
  readonly says: string
  /** What to do. */
  readonly act: string
}

/** A field of an object, by its path, and its value; undefined if there is no such field. */
export interface FieldValue {
  readonly path: readonly string[]
  readonly value: string | boolean | undefined
}

/** What a write belongs to. If it is refused, the rest of the part is not written. */
export interface Part {
  readonly namespace: string
  /** What is handed over or given back; undefined for the namespace itself, which depends on everything before it and after it. */
  readonly unit?: string
}

/** One write. A plan is a list of them, and each leaves the cluster in a state in which at most one tool acts on a workload. */
export type Change = {
  readonly type: ResourceType
  /** A line for people. */
  readonly says: string
  readonly part: Part
} & (
  | { readonly action: 'create'; readonly object: ApiObject }
  | { readonly action: 'replace'; readonly object: ApiObject }
  | {
      readonly action: 'patch'
      readonly namespace?: string
      readonly name: string
      /** The JSON merge patch (RFC 7386) for the object as it is when it is written: others may have changed it since it was read. */
      readonly patchOf: (now: ApiObject) => object
      /** Fields as they were read: if one has another value by now, nothing is written. */
      readonly expects: readonly FieldValue[]
    }
  | {
      readonly action: 'delete'
      readonly namespace: string
      readonly name: string
      readonly uid?: string
      /** Whether the object as it is when it is deleted may go. */
      readonly mayGo: (now: ApiObject) => boolean
    }
)

export function nameOf({ metadata: { name = '' } }: ApiObject): string {
  return name
}

export function namespaceOf({ metadata: { namespace = '' } }: ApiObject): string {
  return namespace
}
