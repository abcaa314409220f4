// A webhook that is served by Secret and registered by name, as the chart does it, on a control plane without a node: the
// API server calls https://localhost:PORT where it would call the Service, so the Service is "localhost" here.
import { connect, type TLSSocket } from 'node:tls'
import type { Places } from '../../../src/certificates/index.ts'
import type { PemPair } from '../../../src/certificates/issue.ts'
import { type KubeClient, type KubeObject, SECRETS, WEBHOOK_CONFIGURATIONS } from '../../../src/kube/index.ts'
import { type ControlPlane, until } from '../harness/index.ts'
import { installCrds } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'
import { registration } from '../support/registration.ts'

export const NAMESPACE = 'plimsoll'
export const SERVICE = 'localhost'
export const PLACES: Places = {
  namespace: NAMESPACE,
  secretName: 'plimsoll-tls',
  caSecretName: 'plimsoll-ca',
  webhookConfiguration: 'plimsoll',
  deployment: 'plimsoll',
}
export const SETTINGS = { namespace: NAMESPACE, certificates: { serviceName: SERVICE } }
/** Whose Pods are shown to the webhook. */
export const SHOP = 'shop'

type Configuration = KubeObject & { webhooks: { clientConfig: { caBundle?: string } }[] }

/** CRDs and namespaces: what is there before anything of Plimsoll runs. */
export async function prepare(cluster: ControlPlane): Promise<void> {
  await installCrds(cluster)
  await makeNamespace(cluster, NAMESPACE)
  await makeNamespace(cluster, SHOP, 'auto')
}

/** Registers the webhook as the chart does: without a `caBundle`, and refused Pods would show. */
export async function register(cluster: ControlPlane, webhookUrl: string, timeoutSeconds?: number): Promise<void> {
  const url = `https://${SERVICE}:${new URL(webhookUrl).port}`
  const whole = registration({
    name: PLACES.webhookConfiguration,
    url,
    ca: '',
    namespace: NAMESPACE,
    failurePolicy: 'Fail',
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  })
  const text = JSON.stringify(whole, (key, value) => (key === 'caBundle' ? undefined : value))
  await cluster.apply(text)
}

/** The `caBundle` of the first webhook, PEM; empty while there is none. */
export async function bundleOf(client: KubeClient): Promise<string> {
  const { webhooks } = await client.get<Configuration>(WEBHOOK_CONFIGURATIONS, {
    name: PLACES.webhookConfiguration,
  })
  return Buffer.from(webhooks[0]!.clientConfig.caBundle ?? '', 'base64').toString()
}

export async function readPair(
  client: KubeClient,
  name: string,
): Promise<PemPair & { uid: string; data: Record<string, string> }> {
  const { data, metadata } = await client.get<KubeObject & { data: Record<string, string> }>(SECRETS, {
    namespace: NAMESPACE,
    name,
  })
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString()
  return { cert: text('tls.crt'), key: text('tls.key'), uid: metadata.uid!, data }
}

/** Writes a Secret as a person would, over whatever is there. */
export async function plant(client: KubeClient, name: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const data = Object.fromEntries(
    Object.entries(fields).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  )
  const secret = { metadata: { namespace: NAMESPACE, name }, type: 'kubernetes.io/tls', data } as KubeObject
  await client.apply(SECRETS, secret, { force: true, fieldManager: 'somebody' })
}

/** The certificate that a client is shown which trusts `ca` alone, as the API server does. @throws when such a client would refuse it */
export async function handshake(port: string | number, ca: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host: '127.0.0.1',
      port: Number(port),
      servername: SERVICE,
      ca,
      timeout: HANDSHAKE_MILLISECONDS,
    })
    socket.once('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()!.serialNumber)
      socket.destroy()
    })
    socket.once('error', reject)
    socket.once('timeout', () => socket.destroy(new Error('the handshake takes too long')))
  })
}

const HANDSHAKE_MILLISECONDS = 30_000
/** Just below what the webhook gives a handshake. */
const SLOW_MILLISECONDS = 4_500

/** Shakes hands without a pause, trusting whatever is published at that moment; counts, and keeps every failure. */
export function shakeHands(client: KubeClient, port: string) {
  const failures: Error[] = []
  const served = new Set<string>()
  let count = 0
  let slow = 0
  let stopped = false
  const loop = async () => {
    while (!stopped) {
      const began = performance.now()
      try {
        served.add(await handshake(port, await bundleOf(client)))
        count++
      } catch (error) {
        // The webhook itself closes what takes that long: a machine that stalls, and not what is asked here.
        if (performance.now() - began >= SLOW_MILLISECONDS) slow++
        else failures.push(error as Error)
      }
    }
  }
  const running = loop()
  return {
    failures,
    served,
    get count() {
      return count
    },
    /** That failed after seconds, of which nothing is kept. */
    get slow() {
      return slow
    },
    async more(atLeast = 5) {
      const from = count
      await until('more handshakes', () => count >= from + atLeast, { everyMilliseconds: 5 })
    },
    async stop() {
      stopped = true
      await running
    },
  }
}
