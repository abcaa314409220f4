import type { Time } from '../clock/index.ts'
import type { KubeClient } from '../kube/index.ts'
import type { Logger } from '../telemetry/index.ts'

/** What every informer works with. */
export interface InformerContext {
  readonly client: KubeClient
  readonly logger: Logger
  /** The system's clock if undefined. */
  readonly time?: Time | undefined
}
