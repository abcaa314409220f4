import type { MutatingWebhookConfiguration } from '../certificates/index.ts'
import type { Settings } from '../config/index.ts'

/** Answer of the cluster, or why there is none. */
export type Asked<T> = { readonly value: T } | { readonly problem: string }

export type Registration = Required<Pick<MutatingWebhookConfiguration, 'webhooks'>> & MutatingWebhookConfiguration

export interface PodFacts {
  readonly name: string
  readonly isReady: boolean
  readonly containers: readonly {
    readonly name: string
    readonly image: string
    readonly args?: readonly string[]
    readonly restarts: number
    readonly isRunning: boolean
    /** Why the container does not run, such as `ImagePullBackOff` or `CrashLoopBackOff`; undefined if it is not waiting. */
    readonly waiting?: string | undefined
  }[]
  readonly account: string
  /** Metrics of its process, in the text format of Prometheus. */
  readonly metrics: Asked<string>
}

/** The two parts of Plimsoll, each with a separate service account. */
export type Process = 'webhook' | 'learner'

export interface Right {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  /** What Plimsoll does not do without the right; missing if the right is required. */
  readonly for?: 'resizing' | 'restarting' | 'experiments'
}

/** Whether the account of a process has a right that the process needs, or that it must not have. */
export interface ReviewedRight extends Right {
  readonly process: Process
  readonly isNeeded: boolean
  readonly isAllowed: boolean
}

/** Result of creating a Pod in a dry run, in one labelled namespace. */
export interface Probe {
  readonly namespace: string
  readonly webhook: string
  /** Calls of that webhook while the Pod was created, as this API server counted them, and those of them that failed open. */
  readonly calls: number
  readonly failedOpen: number
  /** Why the API server refused the Pod; missing if it did not. */
  readonly refused?: string
}

export interface LabelledNamespace {
  readonly name: string
  readonly label: string
  /** Number of running Pods, and when the oldest of them was created (Unix milliseconds; infinite if there are none). */
  readonly pods: Asked<{ readonly count: number; readonly oldest: number }>
  /** Number of Pods that the metrics API knows; undefined if usage comes from Prometheus. */
  readonly measured: Asked<number> | undefined
}

/** Served versions of a type, none before it is established, each with the columns that `kubectl get` shows besides the name. */
export type TypeFacts = ReadonlyMap<string, readonly string[]>

/** Everything that the checks look at, read at one time. */
export interface InstallationFacts {
  /** Current time of the doctor, Unix milliseconds. */
  readonly now: number
  /** Version of the doctor itself. */
  readonly version: string
  /** Version of the API server, such as `v1.36.3`. */
  readonly kubernetes: string
  /** CustomResourceDefinitions, by name. */
  readonly types: Asked<ReadonlyMap<string, TypeFacts>>
  readonly registrations: Asked<readonly Registration[]>
  /** Registrations of the other mutating webhooks. */
  readonly otherWebhooks: Asked<readonly Registration[]>
  readonly namespace: string
  /** Settings of the Pods; undefined if they are not known. */
  readonly settings: Settings | undefined
  /** Pods of the webhook: those behind the registered Service, or those with the chart's label if none is registered. */
  readonly pods: Asked<readonly PodFacts[]>
  readonly learners: Asked<readonly PodFacts[]>
  readonly secret: Asked<SecretFacts | undefined>
  readonly lease: Asked<LeaseFacts | undefined>
  readonly rights: Asked<readonly ReviewedRight[]>
  readonly probe: Asked<Probe | undefined>
  /** `apiserver_admission_webhook_fail_open_count` since the API server started, by webhook. */
  readonly failOpen: Asked<ReadonlyMap<string, number>>
  readonly namespaces: Asked<readonly LabelledNamespace[]>
  /** Namespaces that are labelled for experiments. */
  readonly experimentNamespaces: Asked<readonly string[]>
  readonly recommendations: Asked<readonly { readonly namespace: string; readonly lastSeen: string | undefined }[]>
  readonly running: Asked<RunningFacts>
}

/** Facts about running Pods. */
export interface RunningFacts {
  /** Whether the API server has `pods/resize`. */
  readonly hasResize: boolean
  /** Webhooks and policies of others that check each resize of a Pod. */
  readonly judges: readonly string[]
  /** Pods whose resize has not been carried out for a long time. */
  readonly stuck: readonly { readonly namespace: string; readonly pod: string; readonly why: string }[]
}

export interface SecretFacts {
  readonly cert: string
  readonly key: string
  /** Keys that the path of a review may carry; missing if there are none. */
  readonly pathKeys?: readonly string[] | undefined
}

export interface LeaseFacts {
  readonly holder: string
  /** Whether the holder renewed it while the doctor looked. */
  readonly isRenewed: boolean
  /** Seconds by which the holder's clock was ahead of the API server's at the last renewal; undefined if unknown. */
  readonly skewSeconds: number | undefined
}
