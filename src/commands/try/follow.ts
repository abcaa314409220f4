import { EXPERIMENTS, hasEnded } from '../../api/index.ts'
import { followExperiment, reportOf, type StoredExperiment, trialReport } from '../../experiment-client/index.ts'
import { renderExperimentPage } from '../../experiment-page/index.ts'
import { type KubeClient, unlessMissing } from '../../kube/index.ts'
import { CommandError } from '../failure.ts'
import { jsonText, print } from '../terminal/print.ts'
import { looksOf, printableLines } from '../terminal/text.ts'
import { endText } from './end-text.ts'
import type { TryOptions } from './options.ts'
import { trialLine, trialTitles } from './rows.ts'
import { stoppedText } from './stopped.ts'

/** Exit codes: scripts tell these from a failure (1) and from wrong usage (2). */
const NOTHING_MEETS = 3
const STOPPED = 130

interface Name {
  readonly namespace: string
  readonly name: string
}

/** Shows trials as they end, then the result. Ctrl-C ends the experiment, and waits until everything is restored. */
export async function followAndShow(client: KubeClient, created: StoredExperiment, options: TryOptions): Promise<void> {
  const progress = options.output === 'text' ? process.stdout : process.stderr
  const looks = looksOf(progress)
  const say = (text: string) => progress.write(`${printableLines(text)}\n`)
  const of = { namespace: created.metadata.namespace!, name: created.metadata.name! }
  const stopping = stopOnInterrupt(client, of, options, say)
  let titled: string | undefined
  let last: StoredExperiment | undefined
  const read = async () => {
    const found = await client.get<StoredExperiment>(EXPERIMENTS, of).catch(unlessMissing)
    last = found ?? last
    return found && (found.status ?? {})
  }
  for await (const { status, ended, isNewPhase } of followExperiment(read)) {
    if (isNewPhase && status.phase !== 'Running' && !hasEnded(status))
      say(`${status.phase ?? 'Waiting for the learner'}${status.message === undefined ? '' : `: ${status.message}`}`)
    for (const trial of ended) {
      const measure = status.limits?.find(({ kind }) => kind === 'latency')?.measure ?? 'latency'
      // Where no limit is stated, it is known once the baseline has run.
      if (titled !== measure) progress.write(`${trialTitles(measure, looks)}\n`)
      titled = measure
      progress.write(`${trialLine(trialReport(trial, status), looks)}\n`)
    }
  }
  if (stopping.isStopped()) {
    say(await stoppedText(client, of.namespace, last?.status?.originals))
    process.exitCode = STOPPED
    return
  }
  if (!last?.status || !hasEnded(last.status))
    throw new CommandError(`Experiment ${of.namespace}/${of.name} was deleted before it ended.`)
  output(last, options)
}

/** Shows an experiment that runs or has ended. */
export async function show(client: KubeClient, of: Name, options: TryOptions): Promise<void> {
  const found = await client.get<StoredExperiment>(EXPERIMENTS, of).catch(unlessMissing)
  if (!found)
    throw new CommandError(
      `there is no Experiment ${of.namespace}/${of.name}: kubectl get experiments -n ${of.namespace}`,
    )
  if (options.output === 'text') {
    const looks = looksOf(process.stdout)
    const { trials, latency } = reportOf(found)
    if (trials.length > 0) process.stdout.write(`${trialTitles(latency?.measure ?? 'latency', looks)}\n`)
    for (const trial of trials) process.stdout.write(`${trialLine(trial, looks)}\n`)
  }
  output(found, options)
}

function output(experiment: StoredExperiment, { output }: TryOptions): void {
  const report = reportOf(experiment)
  if (output === 'json') print(jsonText(report))
  else if (output === 'html') process.stdout.write(renderExperimentPage(report))
  else process.stdout.write(endText(report, applyToText(experiment), looksOf(process.stdout)))
  const { phase, verdict } = report
  if (phase === 'Failed' || phase === 'Refused') process.exitCode = 1
  else if (verdict === 'nothingMeetsLimits') process.exitCode = NOTHING_MEETS
}

function applyToText({ spec: { applyTo, ...spec } }: StoredExperiment): string | undefined {
  if (!applyTo) return undefined
  const [target] = spec.targets ?? []
  const [kind, name] = spec.target?.split('/') ?? []
  const of = `${applyTo.kind ?? target?.kind ?? kind}/${applyTo.name ?? target?.name ?? name}`
  return `${of.toLowerCase()} in ${applyTo.namespace}`
}

/** The first Ctrl-C ends the experiment; the second one leaves without waiting. */
function stopOnInterrupt(client: KubeClient, of: Name, { keep }: TryOptions, say: (text: string) => void) {
  let [count, isRefused] = [0, false]
  const onSignal = () => {
    count += 1
    if (keep) say('\nIt continues in the cluster.')
    if (count > 1 || keep) process.exit(STOPPED)
    say('\nStopping: the cluster ends the load and restores the workload. Ctrl-C again to leave without waiting.')
    client.delete(EXPERIMENTS, of).catch((error: Error) => {
      isRefused = true
      say(`It could not be stopped, and continues: ${error.message}`)
    })
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return { isStopped: () => count > 0 && !isRefused }
}
