import { Settings } from '../../config/index.ts'
import { installedSettings } from '../../doctor/index.ts'
import { ALWAYS_EXCLUDED } from '../../fleet/index.ts'
import { type ClusterChoice, type KubeClient, KubeError } from '../../kube/index.ts'
import {
  type Change,
  type ClusterReading,
  carryOut,
  followPlans,
  type Note,
  type Plan,
  planMigration,
  planUndo,
  READERS,
  type Readiness,
  type Refusal,
  readCluster,
  recordedObjects,
  shownIn,
  type Tool,
} from '../../migrate/index.ts'
import { agree } from '../agree.ts'
import { clusterClient } from '../cluster-client.ts'
import { CommandError } from '../failure.ts'
import { print, printError } from '../terminal/print.ts'
import { looksOf } from '../terminal/text.ts'
import { describeNotes, describePlan, describeUndo } from './text.ts'

export interface MigrateOptions extends ClusterChoice {
  readonly namespace?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly undo?: boolean
  readonly timeout: string
  readonly plimsollNamespace: string
}

/** Exit code if some workloads still wait: differs from a failure (1) and from wrong usage (2), for scripts. */
const SOME_WAIT = 3
const ALL_DONE = 'Everything that can be handed over is. To go back: the same command with --undo.'
const FIELD_MANAGER = 'kubectl-plimsoll'

/**
 * Takes workloads over from another tool, or gives them back.
 *
 * @throws CommandError if nobody agrees, Plimsoll is not installed, or the API server refuses something
 */
export async function runMigrate(tool: Tool, options: MigrateOptions): Promise<void> {
  const seconds = Number(/^(\d{1,5})s$/.exec(options.timeout)?.[1] ?? Number.NaN)
  if (Number.isNaN(seconds)) throw new CommandError(`--timeout ${options.timeout}: expected seconds, such as 120s`)
  const { client } = await clusterClient(options)
  try {
    if (options.undo) await undo(client, tool, options)
    else await migrate(client, tool, options, seconds * 1000)
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    throw new CommandError(error.message, { cause: error })
  } finally {
    client.close()
  }
}

async function migrate(client: KubeClient, tool: Tool, options: MigrateOptions, milliseconds: number): Promise<void> {
  const { readiness, notes } = await readinessOf(client, options)
  /** Whether a unit was in the plan that a person agreed to; any is before. */
  let isAgreed: ReturnType<typeof shownIn> = () => true
  const plan = async () => {
    const reading = await read(client, tool, options)
    if (!reading.isInstalled && !options.dryRun)
      throw new CommandError('Plimsoll is not installed here. Begin with: kubectl plimsoll init')
    const all = READERS[tool](reading)
    return planMigration(tool, reading, { ...all, units: all.units.filter(isAgreed) }, readiness)
  }
  const first = await plan()
  isAgreed = shownIn(first.rows)
  const looks = looksOf(process.stdout)
  process.stdout.write(describePlan(tool, first, looks))
  const ofInstallation = first.rows.length > 0 ? notes : []
  process.stdout.write(describeNotes([...first.notes, ...ofInstallation], looks))
  if (options.dryRun) return print('Nothing was written (dry run).')
  if (first.rows.length === 0) return
  // Nobody was asked, so nothing is written, even if another reading would find something.
  if (first.changes.length === 0 && !waits(first)) return print(ALL_DONE)
  if (!options.yes) await agree('Carry out this plan?')
  // It may have taken a while until somebody agreed.
  let last = await plan()
  const refused = [...(await write(client, last.changes))]
  if (waits(last)) {
    print(
      `Waiting up to ${options.timeout} for what is not known well enough yet. You can also stop here, and run the command again.`,
    )
    for await (const next of followPlans(plan, milliseconds)) {
      refused.push(...(await write(client, next.changes, refused)))
      last = next
    }
  }
  const waiting = last.rows.filter(({ outcome }) => outcome === 'waits')
  for (const { workload, source, why } of waiting) print(`${workload}: ${source} continues: ${why}`)
  if (refused.length > 0) return tellRefused(refused)
  if (waiting.length === 0) return print(ALL_DONE)
  print('Run the command again when kubectl get rec -A shows that more has been learned.')
  process.exitCode = SOME_WAIT
}

function waits({ rows }: Plan): boolean {
  return rows.some(({ outcome }) => outcome === 'waits')
}

async function undo(client: KubeClient, tool: Tool, options: MigrateOptions): Promise<void> {
  const plan = async () => {
    const reading = await read(client, tool, options)
    return planUndo(tool, reading, recordedObjects(reading))
  }
  const first = await plan()
  const looks = looksOf(process.stdout)
  process.stdout.write(describeUndo(tool, first, looks))
  process.stdout.write(describeNotes(first.notes, looks))
  if (options.dryRun) return print('Nothing was written (dry run).')
  if (first.changes.length === 0) return
  if (!options.yes) await agree('Restore this?')
  const refused = await write(client, (await plan()).changes)
  if (refused.length > 0) tellRefused(refused)
}

async function read(
  client: KubeClient,
  tool: Tool,
  { namespace, plimsollNamespace }: MigrateOptions,
): Promise<ClusterReading> {
  return await readCluster(client, { tool, namespace, excluded: new Set([...ALWAYS_EXCLUDED, plimsollNamespace]) })
}

async function write(
  client: KubeClient,
  changes: readonly Change[],
  before: readonly Refusal[] = [],
): Promise<readonly Refusal[]> {
  return await carryOut(client, FIELD_MANAGER, changes, before, ({ says }) => print(says))
}

function tellRefused(refused: readonly Refusal[]): void {
  for (const { part, error } of refused)
    printError(`plimsoll: ${part.unit ?? `namespace ${part.namespace}`} was not changed completely: ${error.message}`)
  printError('Everything else was written. When the cause is removed, run the command again: it continues.')
  process.exitCode = 1
}

/** What the installation asks of a change in mode `auto` that nobody approves. */
async function readinessOf(client: KubeClient, { plimsollNamespace }: MigrateOptions) {
  const installed = await installedSettings(client, plimsollNamespace).catch(() => undefined)
  const { approval, apply, criticality } = installed ?? Settings.parse({})
  const readiness: Readiness = {
    // With critical, no confidence is enough, and a plan hands nothing over.
    confidence: criticality === 'critical' ? 1 : approval.confidence[criticality],
    ...{ days: approval.minimumDays, criticality },
  }
  const notes: Note[] = []
  if (!installed)
    notes.push({
      about: 'all',
      says: `no settings of Plimsoll could be read in namespace ${plimsollNamespace}, so SizingPolicies get criticality ${criticality}`,
      act: 'If Plimsoll is installed in another namespace, name it with --plimsoll-namespace.',
    })
  else if (apply.running !== 'inPlaceOrRestart')
    notes.push({
      about: 'all',
      says: `settings.apply.running is ${apply.running}, so Plimsoll restarts no Pods`,
      act: 'To restart Pods that cannot be resized, within their disruption budgets, set it to inPlaceOrRestart.',
    })
  return { readiness, notes }
}
