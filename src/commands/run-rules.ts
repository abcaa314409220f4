import { loadSettings } from '../config/index.ts'
import { type RunRule, runRules } from '../workloads/index.ts'

/**
 * How to recognize what repeats from run to run, by a file with settings; undefined without one.
 *
 * @throws ConfigError if the settings cannot be used
 */
export function rulesFrom(config: string | undefined): readonly RunRule[] | undefined {
  return config === undefined ? undefined : runRules(loadSettings(config).runLabels)
}
