import type { Time } from '../clock/index.ts'
import type { KubeClient } from '../kube/index.ts'
import type { Logger } from '../telemetry/index.ts'

/** Dependencies that every informer needs. */
export interface InformerContext {
  readonly client: KubeClient
  readonly logger: Logger
  /** Clock for retries and timeouts; the system's clock if undefined. */
  readonly time?: Time | undefined
  /** Whether targets of HPAs may be changed together with requests, if their owners allow it. */
  readonly keepsScalePoint?: boolean | undefined
}
