import type { Hopeless } from './hopeless.ts'

/** Reference to the owner of an object, as in `metadata.ownerReferences`. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

/** What the objects of a load are made for. */
export interface LoadContext {
  /** Name of the Experiment. */
  readonly experiment: string
  /** Number of the trial, from 1. */
  readonly trial: number
  readonly namespace: string
  /** Plimsoll's own image, which has the built-in load generator. */
  readonly image: string
  /** Images of k6 and Locust, where they are not the default. */
  readonly images?: { readonly k6?: string | undefined; readonly locust?: string | undefined }
  /** From when on it may end early; it runs to its end if absent. */
  readonly hopeless?: Hopeless | undefined
  /** After these seconds, Kubernetes ends the load. */
  readonly deadlineSeconds: number
  readonly ownerReference: OwnerReference
  /** On every object and Pod. */
  readonly labels: Readonly<Record<string, string>>
  /** The TestRun that `loadSource` names, as the API server has it. */
  readonly source?: KubernetesObject
}

/** An object as it is sent to the API server, or comes from it. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

/** What runs a load once. */
export interface LoadObjects {
  /** In the order in which they are created. The last is the Job or TestRun that `loadResult` reads. */
  readonly objects: readonly KubernetesObject[]
  /** Label selector of its Pods. */
  readonly podSelector: string
}
