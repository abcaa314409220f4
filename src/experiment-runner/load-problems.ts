import { loadManifests, loadSource } from '../load/index.ts'
import { contextOf, type LoadSettings } from './load-objects.ts'
import type { ExperimentObject } from './objects.ts'

/** Why loads of an experiment cannot run, as far as their descriptions show it; a sentence each. */
export function loadProblems(settings: LoadSettings, experiment: ExperimentObject): string[] {
  return experiment.spec.loads.flatMap((load) => {
    // What it refers to is read when it runs.
    if (loadSource(load)) return []
    try {
      loadManifests(load, contextOf(settings, { experiment, load, trial: 1 }))
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  })
}
