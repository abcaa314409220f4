import { readFile } from 'node:fs/promises'
import { loadSettings, Settings } from '../../config/index.ts'
import { installedSettings } from '../../doctor/index.ts'
import type { ClusterChoice, KubeClient } from '../../kube/index.ts'
import { decodeText, ParsingError, parseDocuments } from '../../parsing/index.ts'
import { type PrometheusOptions, prometheusOf } from '../../prometheus/index.ts'
import { type HistoryOptions, prometheusOptions, readSlos } from '../../readers/index.ts'
import { type SloObject, sloObjectOf } from '../../slos/index.ts'
import { kindInAnyCase, runRules, splitKindAndName, type Workload } from '../../workloads/index.ts'
import { clusterClient } from '../cluster-client.ts'
import { CommandError } from '../failure.ts'
import { jsonText, print, printError } from '../terminal/print.ts'
import { looksOf } from '../terminal/text.ts'
import { sloJson } from './json.ts'
import { describeSlos } from './text.ts'

export interface SloOptions extends HistoryOptions, ClusterChoice {
  readonly namespace?: string
  readonly objects?: readonly string[]
  readonly config?: string
  readonly plimsollNamespace: string
  readonly output: 'table' | 'json'
}

/** Prints what is known of the SLOs of workloads. */
export async function runSlo(workload: string | undefined, options: SloOptions): Promise<void> {
  const objects = options.objects && (await readObjects(options.objects))
  const { client, credentials } = await clusterClient(options)
  try {
    const namespace = options.namespace ?? credentials.namespace
    const settings = await settingsOf(client, options)
    const reports = await readSlos(client, {
      ...{ namespace, settings, objects, rules: runRules(settings.runLabels) },
      prometheus: await storeOf(options, settings),
      ...(workload !== undefined && { isWanted: wanted(workload) }),
    })
    if (options.output === 'json') print(jsonText(reports.map(sloJson)))
    else process.stdout.write(describeSlos(reports, namespace, workload, looksOf(process.stdout)))
  } finally {
    client.close()
  }
}

async function settingsOf(client: KubeClient, { config, plimsollNamespace }: SloOptions): Promise<Settings> {
  if (config !== undefined) return loadSettings(config)
  const installed = await installedSettings(client, plimsollNamespace).catch(() => undefined)
  if (!installed)
    printError(`plimsoll: no settings of an installation in namespace ${plimsollNamespace}: using the defaults.`)
  return installed ?? Settings.parse({})
}

async function storeOf(options: SloOptions, settings: Settings): Promise<PrometheusOptions> {
  const common = { onWarning: (message: string) => printError(`plimsoll: Prometheus warns: ${message}`) }
  if (options.prometheus !== undefined) return { ...(await prometheusOptions(options, options.prometheus)), ...common }
  if (!settings.prometheus)
    throw new CommandError('SLOs are read from Prometheus: give its address with --prometheus <url>.')
  return { ...prometheusOf(settings.prometheus), nowSeconds: () => Date.now() / 1000, ...common }
}

/** @throws CommandError if the argument names no workload */
function wanted(text: string): (workload: Workload) => boolean {
  const named = splitKindAndName(text)
  if (!named)
    throw new CommandError(`${text} does not name a workload: expected a kind and a name, such as deployment/web.`)
  const kind = (kindInAnyCase(named.kind) ?? named.kind).toLowerCase()
  // With or without its API group.
  return (workload) => workload.name === named.name && `${workload.kind.toLowerCase()}.`.startsWith(`${kind}.`)
}

/** @throws CommandError if a file cannot be read, or holds nothing that states an SLO */
async function readObjects(files: readonly string[]): Promise<SloObject[]> {
  const objects: SloObject[] = []
  for (const file of files) {
    const bytes = await readFile(file).catch((cause: Error) => {
      throw new CommandError(`${file} cannot be read: ${cause.message}`, { cause })
    })
    const before = objects.length
    try {
      for (const { value } of parseDocuments(decodeText(bytes))) {
        const object = sloObjectOf((value ?? {}) as Parameters<typeof sloObjectOf>[0])
        if (object) objects.push(object)
      }
    } catch (cause) {
      if (!(cause instanceof ParsingError)) throw cause
      throw new CommandError(`${file}: ${cause.message}`, { cause })
    }
    if (objects.length === before)
      throw new CommandError(
        `${file} has no ServiceLevelObjective of Pyrra, PrometheusServiceLevel of Sloth, or SLO of OpenSLO.`,
      )
  }
  return objects
}
