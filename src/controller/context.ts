import type { Time } from '../clock/index.ts'
import type { Settings } from '../config/index.ts'
import type { EventRecorder, KubeClient } from '../kube/index.ts'
import type { Effective } from '../policy/index.ts'
import type { Logger } from '../telemetry/index.ts'

/** Dependencies that every part of the controller needs. */
export interface ControllerContext {
  readonly client: KubeClient
  readonly events: EventRecorder
  readonly settings: Settings
  /** The effective settings for Pods that no SizingPolicy selects. */
  readonly cluster: Effective
  readonly logger: Logger
  readonly time: Time
}
