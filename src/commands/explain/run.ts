import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Recommendation } from '../../api/index.ts'
import { loadSettings, type Settings } from '../../config/index.ts'
import {
  type DecisionInputs,
  explainPod,
  installedRules,
  readDecisionInputs,
  readRunningStates,
  type Subject,
  subjectsOf,
} from '../../explain/index.ts'
import type { ClusterChoice, KubeClient } from '../../kube/index.ts'
import { decodeText, ParsingError, parseYaml } from '../../parsing/index.ts'
import { clusterPolicy } from '../../policy/index.ts'
import { NO_CONSTRAINTS } from '../../sizing/index.ts'
import { runRules } from '../../workloads/index.ts'
import { clusterClient } from '../cluster-client.ts'
import { CommandError } from '../failure.ts'
import { renderSkipped } from '../history/render.ts'
import { jsonText, print } from '../terminal/print.ts'
import { describeReport } from './text.ts'

export interface ExplainOptions extends ClusterChoice {
  readonly namespace?: string
  readonly recommendation?: string
  readonly config?: string
  readonly plimsollNamespace: string
  readonly output: 'text' | 'json'
}

/** Prints why each Pod is sized as it is. */
export async function runExplain(what: string, options: ExplainOptions): Promise<void> {
  const { config, recommendation, plimsollNamespace, output } = options
  const settings = config === undefined ? undefined : loadSettings(config)
  const cluster = connectOnce(options)
  try {
    const namespace = options.namespace ?? (recommendation === undefined ? (await cluster()).namespace : 'default')
    const rules = async () =>
      recommendation === undefined && !settings
        ? await installedRules((await cluster()).client, plimsollNamespace)
        : runRules(settings?.runLabels)
    const subjects = await subjectsOf(what, {
      namespace,
      client: async () => (await cluster()).client,
      rules,
      onSkipped: (skipped) => process.stderr.write(renderSkipped(skipped)),
    })
    const inputsOf = async (subject: Subject): Promise<DecisionInputs> =>
      recommendation === undefined
        ? await readDecisionInputs((await cluster()).client, subject, { settings, plimsollNamespace })
        : await inputsFrom(recommendation, settings ?? loadSettings(undefined))
    const reports = []
    const runningOf = async (subject: Subject, inputs: DecisionInputs) => {
      if (recommendation !== undefined || !isOfCluster(what) || !subject.workload) return undefined
      const states = await readRunningStates((await cluster()).client, subject.workload, inputs, await rules())
      return subject.isLive ? states.filter(({ pod }) => pod === subject.pod.metadata?.name) : states
    }
    for (const subject of subjects) {
      const inputs = await inputsOf(subject)
      const running = await runningOf(subject, inputs)
      reports.push({ ...explainPod(subject, inputs), ...(running && { running }) })
    }
    print(
      output === 'json'
        ? jsonText(reports.length === 1 ? reports[0] : reports)
        : reports.map(describeReport).join('\n\n'),
    )
  } finally {
    cluster.close()
  }
}

/** Whether an argument names an object of the cluster, such as `deployment/web`, and not a file. */
function isOfCluster(what: string): boolean {
  return /^[a-zA-Z]+\/[-.a-z0-9]+$/.test(what) && !existsSync(what)
}

/**
 * Inputs of the decision without a cluster: the Recommendation in the file, and no constraints around the Pod.
 *
 * @throws CommandError if the file cannot be read or is no Recommendation
 */
async function inputsFrom(file: string, settings: Settings): Promise<DecisionInputs> {
  const result = Recommendation.safeParse(valueIn(await read(file), file))
  if (!result.success) {
    const { path, message } = result.error.issues[0]!
    throw new CommandError(
      `${file}: ${path.join('.')}: ${message}. Expected a Recommendation, as printed by kubectl get rec -o yaml`,
    )
  }
  const { status } = result.data
  const notes = ['without a cluster: SizingPolicies, LimitRanges, quotas and autoscalers are not known']
  return {
    // A file need not say which mode the namespace has: then it is shown what the webhook would give.
    mode: status?.mode ?? 'auto',
    status,
    effective: clusterPolicy(settings),
    approval: settings.approval,
    constraints: NO_CONSTRAINTS,
    limitDefaults: [],
    autoscalers: [],
    notes,
    unread: [],
  }
}

function valueIn(text: string, file: string): unknown {
  try {
    return parseYaml(text)
  } catch (cause) {
    if (!(cause instanceof ParsingError)) throw cause
    throw new CommandError(`${file}: ${cause.message}`, { cause })
  }
}

async function read(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: Error) => {
    throw new CommandError(`${file} cannot be read: ${cause.message}`, { cause })
  })
  return decodeText(bytes)
}

function connectOnce(choice: ClusterChoice) {
  let connected: { readonly client: KubeClient; readonly namespace: string } | undefined
  const connect = async () => {
    if (connected) return connected
    const { client, credentials } = await clusterClient(choice, 'Or give a Recommendation: --recommendation <file>')
    connected = { client, namespace: credentials.namespace }
    return connected
  }
  return Object.assign(connect, { close: () => connected?.client.close() })
}
