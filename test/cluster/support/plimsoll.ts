// Plimsoll as it runs in a cluster: processes of the real program, its CRDs and its webhook configuration.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChartValues } from '../../../src/config/index.ts'
import { toNumber } from '../../../src/resources/index.ts'
import { CertificateAuthority, type ControlPlane, until } from '../harness/index.ts'
import { installCrds } from './crds.ts'
import { makeNamespace } from './namespace.ts'
import { type Program, startProgram } from './program.ts'
import { registration } from './registration.ts'

/** The heap limit that the chart sets in NODE_OPTIONS of the webhook: half of the Pod's memory limit. */
const HEAP_MEBIBYTES = Math.floor(toNumber(ChartValues.parse({}).webhook.resources.limits.memory!) / 2 / 2 ** 20)
/** Long, because it first reads tens of thousands of objects from an API server that has just started. */
const READY = { timeoutMilliseconds: 300_000, everyMilliseconds: 20 }
const NODE_ARGS = [`--max-old-space-size=${HEAP_MEBIBYTES}`, '--max-semi-space-size=4']
const NAMESPACE = 'plimsoll'
const CONFIGURATION = 'plimsoll'
/** The maximum of the API server: a slow answer here is the fault of the machine. */
const PATIENT_SECONDS = 30
/** A labelled namespace in which tests find out whether the API server calls the webhook. */
const PROBE_NAMESPACE = 'plimsoll-probe'

export interface PlimsollOptions {
  /** Content of the file of `--config`, for webhook and learner. */
  readonly settings?: object
  /** Whether to start a learner. */
  readonly learner?: boolean
  /** `Fail` by default, so that every failure of the webhook shows. */
  readonly failurePolicy?: 'Fail' | 'Ignore'
  /** Path of bin/plimsoll, if not that of the sources. */
  readonly plimsoll?: string
}

export interface WebhookProgram extends Program {
  readonly url: string
  readonly opsUrl: string
  isReady(): Promise<boolean>
  /** Number of answered admission requests: all, or those on the path of one mode. */
  requests(mode?: 'auto' | 'approve'): Promise<number>
  /** Number of Recommendations in memory. */
  held(): Promise<number>
  metrics(): Promise<string>
}

export interface Plimsoll {
  readonly namespace: string
  /** Certificate authority of the webhook's certificate, in PEM. */
  readonly ca: string
  /** The webhook that the API server calls. */
  readonly webhook: WebhookProgram
  readonly learner: Program | undefined
  /** Starts another webhook, which the API server does not call. Waits until it is ready, unless `awaitReady` is false. */
  startWebhook(options?: { readonly port?: number; readonly awaitReady?: boolean }): Promise<WebhookProgram>
  /** Starts another learner, such as after the first one ended. By default with the same settings. */
  startLearner(settings?: object): Promise<Program>
  /** Registers the webhook, and waits until the API server calls it. */
  register(failurePolicy?: 'Fail' | 'Ignore'): Promise<void>
  /** Unregisters the webhook, and waits until the API server no longer calls it. */
  unregister(): Promise<void>
  /** Unregisters the webhook, and kills every process. */
  stop(): Promise<void>
}

/** Installs the CRDs, creates the namespace, starts the webhook and a learner, registers the webhook and waits until it is called. */
export async function startPlimsoll(cluster: ControlPlane, options: PlimsollOptions = {}): Promise<Plimsoll> {
  const { settings = {}, failurePolicy = 'Fail' } = options
  await installCrds(cluster)
  await makeNamespace(cluster, NAMESPACE)
  await makeNamespace(cluster, PROBE_NAMESPACE, 'auto')
  const authority = await CertificateAuthority.create(join(cluster.directory, 'plimsoll-pki'), 'plimsoll')
  const serving = await authority.issue('webhook', { subject: '/CN=webhook', names: ['IP:127.0.0.1'] })
  const ca = readFileSync(authority.certificate, 'utf8')
  const programs: Program[] = []

  const startWebhook: Plimsoll['startWebhook'] = async ({ port = 0, awaitReady = true } = {}) => {
    const tls = [`--tls-cert=${serving.certificate}`, `--tls-key=${serving.key}`]
    const listen = ['--host=127.0.0.1', `--port=${port}`, '--ops-port=0']
    const program = startProgram(cluster, 'webhook', [...listen, ...tls], settings, {
      ...options,
      nodeArgs: NODE_ARGS,
    })
    programs.push(program)
    const { url, opsUrl } = (await program.logged('webhook listening')) as unknown as WebhookProgram
    const webhook = withProbes(program, url, opsUrl)
    if (awaitReady) await until(`${program.name} to be ready`, webhook.isReady, READY)
    return webhook
  }
  const startLearner: Plimsoll['startLearner'] = async (given = settings) => {
    const program = startProgram(cluster, 'learner', ['--host=127.0.0.1', '--ops-port=0'], given)
    programs.push(program)
    await program.logged('waiting to lead')
    return program
  }

  const webhook = await startWebhook()
  const isCalled = async () => {
    const before = await webhook.requests()
    const probe = ['run', 'probe', '--image=probe', `--namespace=${PROBE_NAMESPACE}`, '--dry-run=server']
    // A refused Pod counts as a call, because the webhook may be down.
    await cluster.kubectl(probe).catch(() => {})
    return (await webhook.requests()) > before
  }
  let registered = false
  const remove = () => cluster.kubectl(['delete', 'mutatingwebhookconfiguration', CONFIGURATION, '--ignore-not-found'])
  const unregister = async () => {
    await remove()
    await until('the API server to forget the webhook', async () => !(await isCalled()))
    registered = false
  }
  const register: Plimsoll['register'] = async (policy = failurePolicy) => {
    // A new webhook that is called shows that the API server has read the configuration.
    if (registered) await unregister()
    const { url } = webhook
    const known = { name: CONFIGURATION, url, ca, namespace: NAMESPACE }
    await cluster.apply(registration({ ...known, failurePolicy: policy, timeoutSeconds: PATIENT_SECONDS }))
    registered = true
    await until('the API server to call the webhook', isCalled)
  }
  await register()
  return {
    namespace: NAMESPACE,
    ca,
    webhook,
    learner: options.learner ? await startLearner() : undefined,
    startWebhook,
    startLearner,
    register,
    unregister,
    async stop() {
      await remove()
      await Promise.all(programs.map((program) => program.kill()))
    },
  }
}

function withProbes(program: Program, url: string, opsUrl: string): WebhookProgram {
  const metrics = async () => await (await fetch(`${opsUrl}/metrics`)).text()
  return {
    ...program,
    url,
    opsUrl,
    metrics,
    held: async () => Number(/^plimsoll_snapshot_recommendations (\d+)$/m.exec(await metrics())?.[1]),
    isReady: async () => (await fetch(`${opsUrl}/readyz`)).status === 200,
    async requests(mode) {
      const line = /^plimsoll_admission_requests_total\{mode="(\w+)",outcome="\w+"\} (\d+)$/gm
      const counted = [...(await metrics()).matchAll(line)].filter(([, counts]) => !mode || mode === counts)
      if (counted.length === 0) throw new Error(`${opsUrl}/metrics counts no admission requests`)
      return counted.reduce((sum, [, , count]) => sum + Number(count), 0)
    },
  }
}
