import type { ExperimentLoad, ExperimentStatus, ExperimentTarget } from '../api/index.ts'
import type { Hopeless } from '../load/index.ts'
import type { ManagedFields } from './managed-fields.ts'

/** The one thing to do next. */
export type Step =
  | { readonly do: 'nothing' }
  | { readonly do: 'write status'; readonly status: ExperimentStatus }
  | { readonly do: 'add finalizer' | 'remove finalizer' | 'take lease' | 'release lease' }
  | {
      readonly do: 'patch target'
      readonly target: ExperimentTarget
      /** The patch is refused if the target has changed since. */
      readonly resourceVersion: string
      readonly body: Readonly<Record<string, unknown>>
      /** The only field that it changes, as it is named in the status: if the patch is refused, the others are restored without it. */
      readonly only?: string | undefined
    }
  | {
      readonly do: 'patch autoscaler'
      readonly name: string
      readonly resourceVersion: string
      readonly behavior: unknown
      readonly only?: string | undefined
    }
  | {
      /** Changes no value: says who owns the fields. */
      readonly do: 'return fields'
      readonly kind: ExperimentTarget['kind'] | 'HorizontalPodAutoscaler'
      readonly name: string
      readonly resourceVersion: string
      readonly managedFields: readonly ManagedFields[]
    }
  | {
      readonly do: 'create load'
      readonly load: ExperimentLoad
      readonly trial: number
      readonly hopeless?: Hopeless | undefined
    }
  | { readonly do: 'delete load'; readonly load: string; readonly trial: number }

export const NOTHING: Step = { do: 'nothing' }

/** Field manager of what experiments change. */
export const FIELD_MANAGER = 'plimsoll-experiment'

export const FINALIZER = 'plimsoll.dev/restore'
