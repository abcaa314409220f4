import {
  API_VERSION,
  type Canary,
  INJECTED_VERSION,
  type Recommendation,
  type RecommendationStatus,
  type Revision,
} from '../api/index.ts'
import type { KubeClient, KubeObject, ResourceType, Row } from '../kube/index.ts'
import { parseJson } from '../parsing/index.ts'
import type { Workload } from '../workloads/index.ts'
import { recommendationName } from './publish.ts'
import type { InjectedRecommendation, InjectedRevision } from './snapshot.ts'

export const RECOMMENDATIONS: ResourceType = {
  apiVersion: API_VERSION,
  kind: 'Recommendation',
  plural: 'recommendations',
}

/** The version of the type that has columns for everything that is injected. The rest, which is for people, is ten times as large. */
export const INJECTED_RECOMMENDATIONS: ResourceType = {
  ...RECOMMENDATIONS,
  apiVersion: `${API_VERSION.split('/')[0]}/${INJECTED_VERSION}`,
}

/** Columns of that version: see `src/api/injected-version.ts`. */
export const DEFINED_COLUMNS = ['Namespace', 'Kind', 'Workload', 'Applied', 'Injected', 'Canary', 'Startup'] as const

/** The columns that the informer requests: every Table has the name of the object. */
export const INJECTED_COLUMNS = ['Name', ...DEFINED_COLUMNS] as const

/**
 * Reduces a Recommendation to what the webhook keeps: its workload and the values that are applied, or tried as a canary.
 *
 * @param object a row of the columns above, or the whole object from a server that does not know them
 * @throws Error if it names no workload, is not named after it, or a cell cannot be read
 */
export function trimToInjected(object: KubeObject | Row<Cells>): InjectedRecommendation {
  return 'cells' in object ? ofRow(object as Row<Cells>) : ofWhole(object as unknown as Recommendation)
}

interface Cells {
  readonly Name: string
  readonly Namespace: string
  readonly Kind: string
  readonly Workload: string
  readonly Applied: number | null
  readonly Injected: string | null
  readonly Canary: string | null
  readonly Startup: string | null
}

function ofRow({ cells }: Row<Cells>): InjectedRecommendation {
  const {
    Name,
    Namespace: namespace,
    Kind: kind,
    Workload: name,
    Applied: revision,
    Injected: containers,
    Canary,
    Startup,
  } = cells
  if (revision !== null && !containers?.startsWith('[')) throw new Error('the column Injected is not a JSON list')
  return injected(
    { namespace, name: Name },
    { kind, name },
    {
      ...(revision !== null && { applied: { revision, containers: containers! } }),
      ...(Canary !== null && { canary: trimCanary(parseJson(Canary) as Canary) }),
      ...(Startup && { startup: Startup }),
    },
  )
}

function ofWhole({ metadata, spec, status }: Recommendation): InjectedRecommendation {
  const { applied, canary, startup } = status ?? {}
  return injected(metadata, spec?.workload, {
    ...(applied && { applied: trimRevision(applied) }),
    ...(canary && { canary: trimCanary(canary) }),
    ...(startup && { startup }),
  })
}

function injected(
  { namespace, name: own }: Pick<Recommendation['metadata'], 'namespace' | 'name'>,
  { kind, name }: Partial<Recommendation['spec']['workload']> = {},
  status: InjectedRecommendation['status'],
): InjectedRecommendation {
  if (!kind || !name) throw new Error('spec.workload names no workload')
  assertNamedAfter({ namespace, kind, name }, own)
  return { metadata: { namespace }, spec: { workload: { kind, name } }, status }
}

/**
 * Checks the name of a Recommendation. Each workload has one Recommendation, which is found by name, so another object for the same
 * workload must not replace it.
 *
 * @throws Error if `name` is not the name of the workload's Recommendation
 */
export function assertNamedAfter(workload: Workload, name: string): void {
  const expected = recommendationName(workload)
  if (name !== expected)
    throw new Error(
      `it is not the Recommendation of ${workload.kind} ${workload.name}, which is named ${expected}: delete it`,
    )
}

function trimCanary({ percent, revision }: Canary) {
  return { percent, revision: trimRevision(revision) }
}

function trimRevision({ revision, containers }: Revision): InjectedRevision {
  return {
    revision,
    containers: containers.map(({ name, cpu, memory, held }) => ({
      name,
      ...(cpu && { cpu }),
      ...(memory && { memory }),
      ...(held && { held }),
    })),
  }
}

/**
 * Creates a workload's Recommendation, without a status, unless it exists.
 *
 * @returns the object as the API server has it; its status may come from somebody who was faster
 */
export async function createRecommendation(
  client: KubeClient,
  { namespace, kind, name }: Workload,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<KubeObject & Pick<Recommendation, 'status'>> {
  const object = {
    metadata: { namespace, name: recommendationName({ namespace, kind, name }) },
    spec: { workload: { kind, name } },
  }
  return await client.apply(RECOMMENDATIONS, object as KubeObject, { force: true, ...(signal && { signal }) })
}

/**
 * Writes the status of a workload's Recommendation; creates the object first if there is none.
 *
 * @param options.resourceVersion the version from which the status was computed; without it, any existing status is replaced
 * @returns the object as the API server has it after the write
 * @throws KubeError `Conflict` if the object has another version, `NotFound` if it should exist and does not
 */
export async function writeRecommendation(
  client: KubeClient,
  workload: Workload,
  status: RecommendationStatus,
  options: { readonly exists: boolean; readonly resourceVersion?: string | undefined; readonly signal?: AbortSignal },
): Promise<KubeObject> {
  const { exists, resourceVersion, signal } = options
  if (!exists) await createRecommendation(client, workload, options)
  const metadata = {
    namespace: workload.namespace,
    name: recommendationName(workload),
    ...(resourceVersion !== undefined && { resourceVersion }),
  }
  return await client.apply<KubeObject>(RECOMMENDATIONS, { metadata, status } as KubeObject, {
    ...{ force: true, subresource: 'status' },
    ...(signal && { signal }),
  })
}
