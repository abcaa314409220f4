import { EXPERIMENTS } from '../../api/index.ts'
import { DEFAULT_PRICES, Settings } from '../../config/index.ts'
import { installedSettings } from '../../doctor/index.ts'
import { type ExperimentObject, experimentOf, nextName, type StoredExperiment } from '../../experiment-client/index.ts'
import { previewExperiment } from '../../experiment-runner/index.ts'
import { CONFIG_MAPS, type KubeClient, KubeError } from '../../kube/index.ts'
import { clusterPolicy } from '../../policy/index.ts'
import { agree } from '../agree.ts'
import { clusterClient } from '../cluster-client.ts'
import { CommandError } from '../failure.ts'
import { looksOf } from '../terminal/text.ts'
import { followAndShow, show } from './follow.ts'
import type { TryOptions } from './options.ts'
import { planText } from './plan-text.ts'
import { requestOf } from './request.ts'

const FIELD_MANAGER = 'kubectl-plimsoll'

/**
 * Runs an experiment in the cluster and shows its progress; or shows an existing one.
 *
 * @throws CommandError if it is refused, or nobody agrees
 */
export async function runTry(workloads: readonly string[], options: TryOptions): Promise<void> {
  const { client, credentials } = await clusterClient(options)
  const namespace = options.namespace ?? credentials.namespace
  try {
    if (options.status !== undefined) await show(client, { namespace, name: options.status }, options)
    else await start(client, namespace, workloads, options)
  } catch (error) {
    if (error instanceof KubeError) throw new CommandError(error.message, { cause: error })
    throw error
  } finally {
    client.close()
  }
}

async function start(
  client: KubeClient,
  namespace: string,
  workloads: readonly string[],
  options: TryOptions,
): Promise<void> {
  const progress = options.output === 'text' ? process.stdout : process.stderr
  const looks = looksOf(progress)
  const name = options.name ?? (await freeName(client, namespace, workloads))
  const { request, files } = await requestOf(workloads, options, { name, namespace })
  const experiment = experimentOf(request)
  await tryToCreate(client, experiment, options)
  const preview = await previewExperiment(client, await planSettings(client, options), experiment)
  if (preview.refusal !== undefined) throw new CommandError(`it would be refused: ${preview.refusal}`)
  progress.write(planText(experiment, preview, looks))
  if (!options.yes) await agree(`Run it in namespace ${namespace}?`, progress)
  const created = await create(client, experiment, files)
  await followAndShow(client, created, options)
}

/** The settings that the controller plans with; the defaults if the user may not read those of the installation. */
async function planSettings(client: KubeClient, { plimsollNamespace }: TryOptions) {
  const installed = await installedSettings(client, plimsollNamespace).catch(() => undefined)
  if (installed && !installed.experiments)
    throw new CommandError(
      `Plimsoll in namespace ${plimsollNamespace} does not run experiments: upgrade its chart with experiments.enabled=true.`,
    )
  const settings = installed ?? Settings.parse({})
  const { prices = DEFAULT_PRICES, image = 'plimsoll' } = settings.experiments ?? {}
  return { bounds: clusterPolicy(settings).policy.bounds, prices, image }
}

async function freeName(client: KubeClient, namespace: string, workloads: readonly string[]): Promise<string> {
  const names: string[] = []
  try {
    for await (const { items } of client.list(EXPERIMENTS, { namespace }))
      names.push(...items.flatMap(({ metadata }) => metadata.name ?? []))
  } catch (error) {
    throw notInstalled(error)
  }
  return nextName(workloads[0]!, names)
}

/** Asks the API server: it knows the rights, the policies and the schema. */
async function tryToCreate(client: KubeClient, experiment: ExperimentObject, { namespace }: TryOptions): Promise<void> {
  try {
    await client.create(EXPERIMENTS, experiment, { dryRun: true, fieldManager: FIELD_MANAGER })
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== 403) throw notInstalled(error)
    const where = namespace ?? experiment.metadata.namespace
    const isLabel = /plimsoll\.dev\/(experiments|mode)/.test(error.message)
    const act = `Experiments need a namespace that is labelled for them: kubectl label namespace ${where} plimsoll.dev/experiments=allowed, and no plimsoll.dev/mode of approve or auto.`
    throw new CommandError(`it would be refused: ${error.message}${isLabel ? ` ${act}` : ''}`, { cause: error })
  }
}

function notInstalled(error: unknown): unknown {
  if (!(error instanceof KubeError) || error.status !== 404) return error
  const what = 'the cluster has no Experiments, or not this namespace'
  return new CommandError(`${what}: install the chart with experiments.enabled=true. (${error.message})`, {
    cause: error,
  })
}

async function create(
  client: KubeClient,
  experiment: ExperimentObject,
  files: Readonly<Record<string, string>> | undefined,
): Promise<StoredExperiment> {
  const { namespace, name } = experiment.metadata
  const options = { fieldManager: FIELD_MANAGER }
  const configMap = { metadata: { namespace, name: `${name}-load` } }
  if (files) await client.create(CONFIG_MAPS, { ...configMap, data: files }, options)
  try {
    const created = await client.create<StoredExperiment>(EXPERIMENTS, experiment, options)
    if (files) {
      const owner = { apiVersion: experiment.apiVersion, kind: experiment.kind, name, uid: created.metadata.uid }
      await client.mergePatch(CONFIG_MAPS, configMap.metadata, { metadata: { ownerReferences: [owner] } }, options)
    }
    return created
  } catch (error) {
    if (files) await client.delete(CONFIG_MAPS, configMap.metadata).catch(() => undefined)
    throw error
  }
}
