import type { Asked } from '../facts.ts'

/** A Service that looks like a Prometheus, or like a store that answers its queries. */
export interface Store {
  readonly namespace: string
  readonly service: string
  readonly port: number
  /** Which program it is by its labels and name, such as `thanos-query`. */
  readonly program: string
  /** Whether it speaks HTTPS, by the name of its port. */
  readonly isHttps: boolean
}

/** A HorizontalPodAutoscaler or VerticalPodAutoscaler, as `namespace/name`. */
export interface Autoscaler {
  readonly name: string
  /** HPA: whether it scales on a share of CPU or memory requests. VPA: whether it changes Pods. */
  readonly isAffected: boolean
}

/** Facts about a cluster that matter before Plimsoll is installed in it. */
export interface Survey {
  /** Version of the API server, such as `v1.36.3`. */
  readonly kubernetes: string
  readonly servesPodResize: boolean
  /** API groups that are served. */
  readonly groups: ReadonlySet<string>
  /** Names of the mutating webhook configurations of Plimsoll. */
  readonly installed: Asked<readonly string[]>
  readonly stores: Asked<readonly Store[]>
  /** Labels by which the Prometheus operator finds ServiceMonitors; undefined where there is no operator or it takes all. */
  readonly monitorLabels: Asked<Readonly<Record<string, string>> | undefined>
  readonly hpas: Asked<readonly Autoscaler[]>
  readonly vpas: Asked<readonly Autoscaler[]>
  readonly limitRanges: Asked<number>
  readonly quotas: Asked<number>
}
