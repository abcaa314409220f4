import type { MutatingWebhookConfiguration } from '../certificates/index.ts'
import type { Settings } from '../config/index.ts'

/** What was asked of the cluster, or why there is no answer. */
export type Asked<T> = { readonly value: T } | { readonly problem: string }

export type Registration = Required<Pick<MutatingWebhookConfiguration, 'webhooks'>> & MutatingWebhookConfiguration

export interface PodFacts {
  readonly name: string
  readonly isReady: boolean
  readonly containers: readonly {
    readonly name: string
    readonly image: string
    readonly restarts: number
    readonly isRunning: boolean
    /** Why it does not run: `ImagePullBackOff`, `CrashLoopBackOff`. */
    readonly waiting?: string | undefined
  }[]
  readonly account: string
  /** What the process in it reports, in the format of Prometheus. */
  readonly metrics: Asked<string>
}

/** The two parts of Plimsoll, each with a service account of its own. */
export type Process = 'webhook' | 'learner'

export interface Right {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly name?: string | undefined
  readonly namespace?: string | undefined
}

/** Whether the account of a process has a right that the process needs, or that it must not have. */
export interface ReviewedRight extends Right {
  readonly process: Process
  readonly isNeeded: boolean
  readonly isAllowed: boolean
}

/** What became of a Pod that was created for show, in one labelled namespace. */
export interface Probe {
  readonly namespace: string
  readonly webhook: string
  /** Calls of that webhook and those of them that failed open, as this API server counted them while the Pod was created. */
  readonly calls: number
  readonly failedOpen: number
  /** Why the API server did not take the Pod. */
  readonly refused?: string
}

export interface LabelledNamespace {
  readonly name: string
  readonly label: string
  /** Pods that run, and when the oldest of them was created (Unix time, milliseconds). */
  readonly pods: Asked<{ readonly count: number; readonly oldest: number }>
  /** Pods that the metrics API knows; undefined where usage comes from Prometheus. */
  readonly measured: Asked<number> | undefined
}

/** Versions of a type that are served, none before it is established, and the columns of `kubectl get` that each has besides the name. */
export type TypeFacts = ReadonlyMap<string, readonly string[]>

/** Everything that the checks look at, as it was at one time. */
export interface InstallationFacts {
  /** Of the doctor, Unix time in milliseconds. */
  readonly now: number
  /** Of the doctor itself. */
  readonly version: string
  /** Such as `v1.36.3`. */
  readonly kubernetes: string
  /** CustomResourceDefinitions, by name. */
  readonly types: Asked<ReadonlyMap<string, TypeFacts>>
  readonly registrations: Asked<readonly Registration[]>
  readonly namespace: string
  /** As the Pods have them; undefined where they are not known. */
  readonly settings: Settings | undefined
  /** Webhooks: those of the Service that is registered; none where a URL is. */
  readonly pods: Asked<readonly PodFacts[]>
  readonly learners: Asked<readonly PodFacts[]>
  readonly secret: Asked<{ readonly cert: string; readonly key: string } | undefined>
  readonly lease: Asked<LeaseFacts | undefined>
  readonly rights: Asked<readonly ReviewedRight[]>
  readonly probe: Asked<Probe | undefined>
  /** `apiserver_admission_webhook_fail_open_count` since the API server started, by webhook. */
  readonly failOpen: Asked<ReadonlyMap<string, number>>
  readonly namespaces: Asked<readonly LabelledNamespace[]>
  readonly recommendations: Asked<readonly { readonly namespace: string; readonly lastSeen: string | undefined }[]>
}

export interface LeaseFacts {
  readonly holder: string
  /** Whether it was renewed while the doctor looked. */
  readonly isRenewed: boolean
  /** The holder's clock less the API server's, in seconds, from the last renewal; undefined where that cannot be told. */
  readonly skewSeconds: number | undefined
}
