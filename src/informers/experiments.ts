import { EXPERIMENTS, ExperimentSpec, ExperimentStatus } from '../api/index.ts'
import { type KubeObject, Reflector } from '../kube/index.ts'
import type { InformerContext } from './context.ts'
import { whenServed } from './when-served.ts'

/** An Experiment in the cluster. */
export interface KnownExperiment {
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly spec: ExperimentSpec
  readonly status: ExperimentStatus
}

/** All Experiments of the cluster that can be read. */
export class KnownExperiments {
  #byName = new Map<string, KnownExperiment>()

  all(): readonly KnownExperiment[] {
    return [...this.#byName.values()]
  }

  /** Keeps them in sync with the cluster until the signal aborts. */
  async follow(context: InformerContext, signal: AbortSignal): Promise<void> {
    await whenServed(context, EXPERIMENTS, undefined, signal)
    const { client, logger, time } = context
    const reflector = new Reflector<KubeObject, Named>({
      ...{ client, time, type: EXPERIMENTS, trim: readExperiment },
      onReplace: (all) => {
        this.#byName = new Map(all.flatMap((one) => (one.experiment ? [[keyOf(one), one.experiment]] : [])))
      },
      onUpsert: (one) => {
        if (one.experiment) this.#byName.set(keyOf(one), one.experiment)
        else this.#byName.delete(keyOf(one))
      },
      onDelete: (one) => void this.#byName.delete(keyOf(one)),
      onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching Experiments'),
    })
    await reflector.run(signal)
  }
}

interface Named {
  readonly namespace: string
  readonly name: string
  /** Undefined if spec or status do not fit this version. */
  readonly experiment: KnownExperiment | undefined
}

function readExperiment({
  metadata,
  ...object
}: KubeObject & { readonly spec?: unknown; readonly status?: unknown }): Named {
  const {
    namespace = '',
    name = '',
    generation = 0,
  } = metadata as { namespace?: string; name?: string; generation?: number }
  const spec = ExperimentSpec.safeParse(object.spec).data
  const status = ExperimentStatus.safeParse(object.status ?? {}).data
  return { namespace, name, experiment: spec && status && { namespace, name, generation, spec, status } }
}

function keyOf({ namespace, name }: Named): string {
  return `${namespace}/${name}`
}
