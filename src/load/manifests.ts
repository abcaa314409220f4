import type { LoadContext, LoadObjects } from './context.ts'
import { customJobManifests } from './custom-job.ts'
import { httpManifests } from './http.ts'
import { k6Manifests } from './k6.ts'
import type { Load } from './load.ts'
import { locustManifests } from './locust.ts'
import { testRunManifests } from './test-run.ts'

/**
 * The objects that run a load once, for one trial.
 *
 * @throws LoadError if it cannot run
 */
export function loadManifests(load: Load, context: LoadContext): LoadObjects {
  const { http, k6, locust, testRun, job } = load
  if (http) return httpManifests(load, http, context)
  if (k6) return k6Manifests(load, k6, context)
  if (locust) return locustManifests(load, locust, context)
  if (testRun) return testRunManifests(load, testRun, context)
  return customJobManifests(load, job!, context)
}

/** The object that must be read before `loadManifests`, as its `source`. */
export function loadSource({
  testRun,
}: Load): { readonly apiVersion: string; readonly kind: string; readonly name: string } | undefined {
  return testRun && { apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', name: testRun.name }
}
