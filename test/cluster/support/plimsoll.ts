// Plimsoll as it runs in a cluster: the real program in separate processes, its CRDs, its registration.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChartValues } from '../../../src/config/index.ts'
import { toNumber } from '../../../src/resources/index.ts'
import { CertificateAuthority, type ControlPlane, until } from '../harness/index.ts'
import { installCrds } from './crds.ts'
import { makeNamespace } from './namespace.ts'
import { type Program, startProgram } from './program.ts'
import { registration } from './registration.ts'

/** As in the chart's NODE_OPTIONS for the webhook: half of its limit, which a Pod has and a process on this machine has not. */
const HEAP_MEBIBYTES = Math.floor(toNumber(ChartValues.parse({}).webhook.resources.limits.memory!) / 2 / 2 ** 20)
/** Tens of thousands of objects are read first, from an API server that has just started. */
const READY = { timeoutMilliseconds: 300_000, everyMilliseconds: 20 }
const NODE_ARGS = [`--max-old-space-size=${HEAP_MEBIBYTES}`, '--max-semi-space-size=4']
const NAMESPACE = 'plimsoll'
const CONFIGURATION = 'plimsoll'
/** The most that the API server takes: what is late here is the machine. */
const PATIENT_SECONDS = 30
/** Opted in, and only for finding out what the API server does. */
const PROBE_NAMESPACE = 'plimsoll-probe'

export interface PlimsollOptions {
  /** As in the file of `--config`, for webhook and learner. */
  readonly settings?: object
  /** A learner too. */
  readonly learner?: boolean
  /** By default Fail, so that no failure of the webhook stays hidden. */
  readonly failurePolicy?: 'Fail' | 'Ignore'
  /** Its bin/plimsoll, where it is not to be the sources. */
  readonly plimsoll?: string
}

export interface WebhookProgram extends Program {
  readonly url: string
  readonly opsUrl: string
  isReady(): Promise<boolean>
  /** Admission requests that it has answered: all, or those on the path of one mode. */
  requests(mode?: 'auto' | 'approve'): Promise<number>
  /** Recommendations that it has in memory. */
  held(): Promise<number>
  metrics(): Promise<string>
}

export interface Plimsoll {
  readonly namespace: string
  /** The authority of the webhooks' certificate, PEM. */
  readonly ca: string
  /** The one that is registered. */
  readonly webhook: WebhookProgram
  readonly learner: Program | undefined
  /** One more, which the API server does not call; on `port` when given. Ready when this returns. */
  startWebhook(options?: { readonly port?: number; readonly awaitReady?: boolean }): Promise<WebhookProgram>
  /** One more, such as after the first one was ended. Other settings where they are given. */
  startLearner(settings?: object): Promise<Program>
  /** Has the API server call the webhook, and waits until it does. */
  register(failurePolicy?: 'Fail' | 'Ignore'): Promise<void>
  /** Waits until no Pod is shown to the webhook any more. */
  unregister(): Promise<void>
  /** Unregisters, and ends every process at once. */
  stop(): Promise<void>
}

/** Installs the CRDs, makes the namespace, starts the webhook (and a learner), registers it and waits until it is called. */
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
    // Refused Pods count: the webhook may be down.
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
    // Only a new one shows in being called that it is known.
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
