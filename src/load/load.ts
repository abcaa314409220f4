import type { ExperimentLoad } from '../api/index.ts'

/** A load of an Experiment. */
export type Load = ExperimentLoad
export type HttpLoad = NonNullable<Load['http']>
export type K6Load = NonNullable<Load['k6']>
export type LocustLoad = NonNullable<Load['locust']>
export type JobLoad = NonNullable<Load['job']>
/** A script, in the Experiment itself or in a ConfigMap. */
export type Script = Pick<K6Load, 'script' | 'configMap'>
