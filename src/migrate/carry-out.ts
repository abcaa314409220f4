import { type KubeClient, KubeError } from '../kube/index.ts'
import { valueAt } from './plan/merge-patch.ts'
import type { ApiObject, Change, Part } from './plan/objects.ts'

/** What is written to; a KubeClient outside tests. */
export type Writer = Pick<KubeClient, 'get' | 'create' | 'update' | 'mergePatch' | 'delete'>

/** A part of a plan that was not carried out completely. The next plan continues it. */
export interface Refusal {
  readonly part: Part
  readonly error: KubeError
}

interface Writing {
  readonly client: Writer
  readonly fieldManager: string
  readonly dryRun?: boolean
}

/** Status codes that say nothing about one write: the next one would fail too. */
const OF_ALL_WRITES: ReadonlySet<number> = new Set([401, 429, 503, 504])

/**
 * Writes the changes of a plan, one after another. Before the first write of a workload, the API server is asked whether it would accept
 * all others (dry run), so that no tool is switched off for a workload that the next cannot take over. If one is refused, the rest of its
 * part is left out, and the other parts continue.
 *
 * @param before parts that were refused before, which are left out
 * @param onDone called after each write
 * @returns what was refused
 * @throws KubeError if the API server cannot be asked any more
 */
export async function carryOut(
  client: Writer,
  fieldManager: string,
  changes: readonly Change[],
  before: readonly Refusal[],
  onDone: (change: Change) => void,
): Promise<readonly Refusal[]> {
  const refused: Refusal[] = []
  const isLeftOut = (part: Part) => [...before, ...refused].some((one) => dependsOn(part, one.part))
  for (const all of Map.groupBy(changes, ({ part }) => keyOf(part)).values()) {
    const { part } = all[0]!
    if (isLeftOut(part)) continue
    try {
      for (const change of part.unit === undefined ? [] : all.slice(1))
        await write({ client, fieldManager, dryRun: true }, change)
      for (const change of all) {
        await write({ client, fieldManager }, change)
        onDone(change)
      }
    } catch (error) {
      if (!isRefusal(error)) throw error
      refused.push({ part, error })
    }
  }
  return refused
}

function keyOf({ namespace, unit = '' }: Part): string {
  return `${namespace}/${unit}`
}

/** A namespace is prepared before its units, and released after them. */
function dependsOn(part: Part, refused: Part): boolean {
  if (part.namespace !== refused.namespace) return false
  return part.unit === undefined || refused.unit === undefined || part.unit === refused.unit
}

function isRefusal(error: unknown): error is KubeError {
  if (!(error instanceof KubeError)) return false
  return error.reason === 'Conflict' || (error.status !== undefined && !OF_ALL_WRITES.has(error.status))
}

async function write({ client, fieldManager, dryRun }: Writing, change: Change): Promise<void> {
  const { type } = change
  const options = dryRun ? { dryRun } : {}
  switch (change.action) {
    case 'create':
      await client.create(type, change.object, { ...options, fieldManager })
      return
    case 'replace':
      await client.update(type, change.object, options)
      return
    case 'patch':
    case 'delete':
      return await writeToNewest({ client, fieldManager, ...options }, change)
  }
}

/** Others write the object all the time, its status for example: only what matters has to be as it was. */
const MOST_ATTEMPTS = 5

/** Reads the object again, and writes only to that version of it. */
async function writeToNewest(writing: Writing, change: Change & { action: 'patch' | 'delete' }): Promise<void> {
  const { type, name } = change
  const of = { name, ...(change.namespace !== undefined && { namespace: change.namespace }) }
  for (let attempt = 1; ; attempt++) {
    const object = await writing.client.get<ApiObject>(type, of)
    if (!isAsExpected(object, change))
      throw new KubeError('Conflict', `${change.says}: somebody has changed ${type.kind} ${name} meanwhile`, {
        act: 'Run the command again: it plans from what is there now.',
      })
    try {
      return await writeTo(object, of, writing, change)
    } catch (error) {
      if (!(error instanceof KubeError) || error.reason !== 'Conflict' || attempt === MOST_ATTEMPTS) throw error
    }
  }
}

function isAsExpected(object: ApiObject, change: Change & { action: 'patch' | 'delete' }): boolean {
  if (change.action === 'delete') return change.mayGo(object)
  return change.expects.every(({ path, value }) => valueAt(object, path) === value)
}

async function writeTo(
  object: ApiObject,
  of: { readonly namespace?: string; readonly name: string },
  { client, ...options }: Writing,
  change: Change & { action: 'patch' | 'delete' },
): Promise<void> {
  const { type } = change
  const { resourceVersion } = object.metadata
  const version = resourceVersion && { resourceVersion }
  if (change.action === 'delete') {
    const { dryRun } = options
    return await client.delete(type, { ...of, uid: change.uid, ...version }, dryRun ? { dryRun } : {})
  }
  const patch = change.patchOf(object)
  const metadata = { ...(patch as Partial<ApiObject>).metadata, ...version }
  await client.mergePatch(type, of, { ...patch, metadata }, options)
}
