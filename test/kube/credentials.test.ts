import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  bearerCredentials,
  type Credentials,
  findCredentials,
  inClusterCredentials,
  kubeconfigCredentials,
} from '../../src/kube/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { eventually } from '../webhook/harness.ts'

function directoryOf(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-credentials-'))
  context.after(() => rmSync(directory, { recursive: true }))
  return directory
}

/** Writes a kubeconfig with one user; returns its path. */
function kubeconfig(directory: string, user: object, cluster: object = {}, name = 'main'): string {
  const path = join(directory, `${name}.kubeconfig`)
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': name },
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'plimsoll' } }],
    clusters: [{ name, cluster: { server: `https://${name}.example:6443/`, ...cluster } }],
    users: [{ name, user }],
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

test('a service account is read again every minute, and immediately after a refusal', async (context) => {
  const directory = directoryOf(context)
  const write = (token: string, ca = 'CA 1') => {
    for (const [file, text] of Object.entries({ token, 'ca.crt': ca, namespace: 'plimsoll' })) {
      writeFileSync(join(directory, file), `${text}\n`)
    }
  }
  write('token-1')
  const time = new FakeTime()
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' }
  const credentials = await inClusterCredentials(env, { directory, time })
  const token = async () => (await credentials.access()).headers?.authorization
  assert.deepEqual([credentials.server, credentials.namespace], ['https://[fd00::1]:6443', 'plimsoll'])
  assert.equal(await token(), 'Bearer token-1')
  write('token-2', 'CA 2')
  time.advance(59_999)
  assert.equal(await token(), 'Bearer token-1')
  time.advance(1)
  assert.equal(await token(), 'Bearer token-2')
  assert.equal((await credentials.access()).ca, 'CA 2')
  write('token-3')
  credentials.forget()
  assert.equal(await token(), 'Bearer token-3')
})

test('a service account with IPv4 has no brackets, and the port is 443 by default', async (context) => {
  const directory = directoryOf(context)
  for (const file of ['token', 'ca.crt', 'namespace']) writeFileSync(join(directory, file), file)
  const { server } = await inClusterCredentials({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, { directory })
  assert.equal(server, 'https://10.0.0.1:443')
})

test("somebody else's token is sent to the same server with the same authorities, without our other credentials", async () => {
  let forgotten = 0
  const ours: Credentials = {
    server: 'https://api.example',
    namespace: 'plimsoll',
    access: async () => ({ ca: 'CA', servername: 'other', cert: 'CERT', key: 'KEY', auth: 'u:p', headers: { a: 'b' } }),
    forget: () => void forgotten++,
  }
  const theirs = bearerCredentials(ours, 'their-token')
  assert.deepEqual([theirs.server, theirs.namespace], ['https://api.example', 'plimsoll'])
  assert.deepEqual(await theirs.access(), {
    ...{ ca: 'CA', servername: 'other' },
    headers: { authorization: 'Bearer their-token' },
  })
  theirs.forget()
  assert.equal(forgotten, 0, 'a token that was refused says nothing about ours')
})

test('a kubeconfig gives server, namespace, authority, client certificate and token', async (context) => {
  const directory = directoryOf(context)
  writeFileSync(join(directory, 'client.crt'), 'CERTIFICATE')
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const user = { 'client-certificate': 'client.crt', 'client-key-data': base64('KEY'), token: 'T' }
  const path = kubeconfig(directory, user, { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'other' })
  const credentials = await kubeconfigCredentials(path)
  assert.deepEqual([credentials.server, credentials.namespace], ['https://main.example:6443', 'plimsoll'])
  const { ca, cert, key, servername, headers, agent } = await credentials.access()
  assert.deepEqual([ca, cert, key].map(String), ['CA', 'CERTIFICATE', 'KEY'])
  assert.equal(servername, 'other')
  assert.deepEqual(headers, { Authorization: 'Bearer T' })
  assert.equal(agent, undefined, 'connections are pooled by us, unless there is a proxy')
})

test('refused credentials of a kubeconfig are read again', async (context) => {
  const directory = directoryOf(context)
  const path = kubeconfig(directory, { token: 'old' })
  const credentials = await kubeconfigCredentials(path)
  const authorization = async () => (await credentials.access()).headers
  kubeconfig(directory, { token: 'new' })
  assert.deepEqual(await authorization(), { Authorization: 'Bearer old' })
  credentials.forget()
  await eventually(async () => assert.deepEqual(await authorization(), { Authorization: 'Bearer new' }))
})

test('the proxy of a kubeconfig is used', async (context) => {
  const path = kubeconfig(directoryOf(context), { token: 'T' }, { 'proxy-url': 'http://proxy.example:3128' })
  assert.ok((await (await kubeconfigCredentials(path)).access()).agent)
})

test("kubectl's tokenFile is supported, relative to the kubeconfig", async (context) => {
  const directory = directoryOf(context)
  writeFileSync(join(directory, 'my-token'), 'from-file')
  const credentials = await kubeconfigCredentials(kubeconfig(directory, { tokenFile: 'my-token' }))
  assert.deepEqual((await credentials.access()).headers, { Authorization: 'Bearer from-file' })
})

test('an exec plugin runs once for all waiting requests', async (context) => {
  const directory = directoryOf(context)
  const plugin = join(directory, 'plugin')
  const expired = { kind: 'ExecCredential', status: { token: 'T', expirationTimestamp: '2020-01-01T00:00:00Z' } }
  writeFileSync(plugin, `#!/bin/sh\necho asked >> ${directory}/asked\necho '${JSON.stringify(expired)}'\n`)
  chmodSync(plugin, 0o755)
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' }
  const credentials = await kubeconfigCredentials(kubeconfig(directory, { exec }))
  const all = await Promise.all([credentials.access(), credentials.access(), credentials.access()])
  for (const { headers } of all) assert.deepEqual(headers, { Authorization: 'Bearer T' })
  await credentials.access()
  assert.equal(
    readFileSync(join(directory, 'asked'), 'utf8'),
    'asked\nasked\n',
    'and again when its answer has expired',
  )
})

test('several kubeconfigs are merged, and the first one decides the current context', async (context) => {
  const directory = directoryOf(context)
  const paths = ['one', 'two'].map((name) => kubeconfig(directory, { token: name }, {}, name))
  const credentials = await kubeconfigCredentials(paths.join(delimiter))
  assert.equal(credentials.server, 'https://one.example:6443')
  assert.deepEqual((await credentials.access()).headers, { Authorization: 'Bearer one' })
})

test('a chosen context is used instead of the current one, also when the file is read again', async (context) => {
  const directory = directoryOf(context)
  const paths = ['one', 'two'].map((name) => kubeconfig(directory, { token: name }, {}, name)).join(delimiter)
  const credentials = await kubeconfigCredentials(paths, 'two')
  assert.deepEqual([credentials.server, credentials.context], ['https://two.example:6443', 'two'])
  kubeconfig(directory, { token: 'new' }, {}, 'two')
  credentials.forget()
  await eventually(async () => assert.deepEqual((await credentials.access()).headers, { Authorization: 'Bearer new' }))
  await assert.rejects(kubeconfigCredentials(paths, 'three'), /has no context three\. It has one, two\.$/)
})

test('errors in a kubeconfig are described without quoting it', async (context) => {
  const directory = directoryOf(context)
  const path = join(directory, 'broken')
  writeFileSync(path, 'users: [{name: a, user: {token: the-secret}}\n  ]]: :')
  await assert.rejects(kubeconfigCredentials(path), (error: Error) => {
    assert.match(error.message, /broken is not a kubeconfig .*kubectl config view/)
    assert.doesNotMatch(`${error.stack} ${error.cause}`, /the-secret/)
    return true
  })
  writeFileSync(path, '{"clusters":[],"users":[],"contexts":[],"current-context":"prod"}')
  await assert.rejects(kubeconfigCredentials(path), /context \(prod\) names no cluster.*use-context/)
  await assert.rejects(kubeconfigCredentials(join(directory, 'absent')), /ENOENT/)
})

test('KUBECONFIG is first, then ~/.kube/config; with neither the error says what to set', async (context) => {
  const directory = directoryOf(context)
  const first = kubeconfig(directory, { token: 'T' })
  const home = join(directory, 'home')
  mkdirSync(join(home, '.kube'), { recursive: true })
  await assert.rejects(findCredentials({}, { HOME: home }), /No Kubernetes cluster found.*Set KUBECONFIG/)
  writeFileSync(join(home, '.kube', 'config'), JSON.stringify({ 'current-context': '' }))
  await assert.rejects(findCredentials({}, { HOME: home }), /context \(none\) names no cluster/)
  assert.equal((await findCredentials({}, { HOME: home, KUBECONFIG: first })).server, 'https://main.example:6443')
  const other = kubeconfig(directory, { token: 'T' }, {}, 'other')
  const chosen = await findCredentials({ kubeconfig: other }, { HOME: home, KUBECONFIG: first })
  assert.equal(chosen.server, 'https://other.example:6443')
})
