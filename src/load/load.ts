/** A file in a ConfigMap. The other keys of the ConfigMap are in the same folder. */
export interface ConfigMapFile {
  readonly name: string
  readonly key: string
}

/** A script, in the Experiment itself or in a ConfigMap. */
export interface Script {
  readonly script?: string | undefined
  readonly configMap?: ConfigMapFile | undefined
}

/** Requests of one URL at a rate. */
export interface HttpLoad {
  readonly url: string
  /** Requests per second. */
  readonly rate: number
  readonly method?: string | undefined
  readonly body?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** `poisson`: at random, as many independent users send them. Otherwise at equal intervals. */
  readonly arrivals?: 'constant' | 'poisson' | undefined
  /** An answer that takes longer counts as failed: a duration. */
  readonly timeout?: string | undefined
  /** Most connections at the same time. Requests that find none wait, and the wait counts. */
  readonly connections?: number | undefined
  readonly insecureSkipTlsVerify?: boolean | undefined
}

export interface K6Load extends Script {
  readonly vus?: number | undefined
}

export interface LocustLoad extends Script {
  readonly users?: number | undefined
  readonly host?: string | undefined
}

export interface JobLoad {
  /** A Job, with metadata and spec. */
  readonly template: Readonly<Record<string, unknown>>
}

/** A load of an Experiment: an item of its field `loads`. Exactly one of the kinds is set. */
export interface Load {
  readonly name: string
  readonly http?: HttpLoad | undefined
  readonly k6?: K6Load | undefined
  readonly locust?: LocustLoad | undefined
  readonly testRun?: { readonly name: string } | undefined
  readonly job?: JobLoad | undefined
  /** How long it is measured, and how long it runs before that. Scripts of k6, TestRuns and Jobs know themselves how long they run. */
  readonly duration?: string | undefined
  readonly warmUp?: string | undefined
}

/** Seconds that a load is measured where it does not say so itself. */
export const DEFAULT_SECONDS = 120
/** Seconds that it runs before it is measured. */
export const DEFAULT_WARM_UP_SECONDS = 30
