import type { LoadContext, LoadObjects } from './context.ts'
import { LoadError } from './error.ts'
import { jobOf, podsOfJob } from './job.ts'
import type { JobLoad, Load } from './load.ts'

/** A Job as its author wrote it, but that it runs once, to the deadline, and without rights in the cluster. */
export function customJobManifests(load: Load, { template }: JobLoad, context: LoadContext): LoadObjects {
  const pod = field(field(template, 'spec'), 'template')
  const spec = field(pod, 'spec')
  if (!Array.isArray(spec.containers) || spec.containers.length === 0)
    throw new LoadError(`load ${load.name}: job.template must be a Job: spec.template.spec.containers has no container`)
  if (spec.serviceAccountName !== undefined || spec.serviceAccount !== undefined)
    throw new LoadError(
      `load ${load.name}: remove serviceAccountName from the Job: a load gets no rights in the cluster`,
    )
  const job = jobOf(load, context, {
    metadata: field(pod, 'metadata'),
    spec: { ...spec, automountServiceAccountToken: false },
  })
  return { objects: [job], podSelector: podsOfJob(job.metadata.name) }
}

type Fields = Readonly<Record<string, unknown>>

function field(of: Fields, name: string): Fields {
  const value = of[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}
