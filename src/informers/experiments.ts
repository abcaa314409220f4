import { EXPERIMENTS, ExperimentSpec, ExperimentStatus } from '../api/index.ts'
import { type KubeObject, Reflector } from '../kube/index.ts'
import type { InformerContext } from './context.ts'
import { whenServed } from './when-served.ts'

/** An Experiment as the cluster has it, without who owns which fields. */
export interface StoredExperiment extends KubeObject {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly uid: string
    readonly resourceVersion: string
    readonly generation?: number
    readonly [field: string]: unknown
  }
  readonly spec: ExperimentSpec
  readonly status?: ExperimentStatus
}

/** An Experiment that this version can read. */
export interface KnownExperiment {
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly spec: ExperimentSpec
  readonly status: ExperimentStatus
}

interface Followed {
  readonly stored: StoredExperiment
  /** undefined where spec or status is none of this version. */
  readonly known: KnownExperiment | undefined
}

/** Every Experiment of the cluster, read by one watch for all who need them. */
export class KnownExperiments {
  #byName = new Map<string, Followed>()

  /** Those that this version can read. */
  all(): readonly KnownExperiment[] {
    return [...this.#byName.values()].flatMap(({ known }) => known ?? [])
  }

  /** All of them, as they are stored: what one has changed must be restored, also where another version has written it. */
  stored(): readonly StoredExperiment[] {
    return [...this.#byName.values()].map(({ stored }) => stored)
  }

  /** Keeps them in sync with the cluster until the signal aborts. */
  async follow(context: InformerContext, signal: AbortSignal): Promise<void> {
    await whenServed(context, EXPERIMENTS, undefined, signal)
    const { client, logger, time } = context
    const reflector = new Reflector<StoredExperiment, Followed>({
      ...{ client, time, type: EXPERIMENTS, trim: readExperiment },
      onReplace: (all) => {
        this.#byName = new Map(all.map((one) => [keyOf(one), one]))
      },
      onUpsert: (one) => void this.#byName.set(keyOf(one), one),
      onDelete: (one) => void this.#byName.delete(keyOf(one)),
      onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching Experiments'),
    })
    await reflector.run(signal)
  }
}

function readExperiment({ metadata: { managedFields: _, ...metadata }, spec, status }: StoredExperiment): Followed {
  const stored = { metadata, spec, ...(status && { status }) } as StoredExperiment
  const { namespace, name, generation = 0 } = stored.metadata
  const isReadable = ExperimentSpec.safeParse(spec).success && ExperimentStatus.safeParse(status ?? {}).success
  return { stored, known: isReadable ? { namespace, name, generation, spec, status: status ?? {} } : undefined }
}

function keyOf({ stored: { metadata } }: Followed): string {
  return `${metadata.namespace}/${metadata.name}`
}
