import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { selfIssuedCertificate } from '../../../src/certificates/index.ts'
import { ApiServer } from '../../../src/commands/start/api-server.ts'
import { type LocalWebhook, startLocalWebhook } from '../../../src/commands/start/local-webhook.ts'
import { preparePods, sendPods, writeReviews } from '../../../src/commands/start/send.ts'
import { Snapshot } from '../../../src/recommendations/index.ts'
import { admit, exampleManifests } from './cases.ts'
import { LEARNED } from './learned.ts'

const MANIFESTS = exampleManifests()
const PODS = preparePods(MANIFESTS, 1_767_600_600)

let folder: string
let webhook: LocalWebhook
let answers = 0
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-send-'))
  const snapshot = new Snapshot()
  snapshot.replace(LEARNED)
  webhook = await startLocalWebhook({
    port: 0,
    directory: join(folder, 'tls'),
    snapshot,
    onAnswer: () => {
      answers++
    },
  })
})
after(async () => {
  await webhook.running.close()
  await rm(folder, { recursive: true })
})

test('Pods that went through the webhook over TLS carry what the decision says', async () => {
  const cases = await sendPods(PODS, webhook, () => undefined)
  const expected = admit(MANIFESTS, LEARNED)
  assert.deepEqual(
    cases.map(({ after, reasons }) => [after.spec, reasons]),
    expected.map(({ after, reasons }) => [after.spec, reasons]),
  )
  assert.equal(answers, MANIFESTS.length)
})

test('each Pod that is sent knows what was learned of its workload', async () => {
  const facts = { revision: 1, time: '2026-01-05T08:00:00.000Z', source: 'observed', goal: 'savings' } as const
  const cases = await sendPods(PODS, webhook, ({ kind, name }) => ({
    ...facts,
    containers: [{ name: `${kind}-${name}` }],
  }))
  assert.deepEqual(
    cases.map(({ learned }) => learned!.containers[0]!.name),
    MANIFESTS.map(({ kind, name }) => `${kind}-${name}`),
  )
})

test('a review that was written to a file is one that the webhook takes', async () => {
  const files = await writeReviews(PODS, join(folder, 'reviews'))
  assert.equal(new Set(files).size, PODS.length)
  const apiServer = new ApiServer(webhook.url, webhook.ca)
  const review = JSON.parse(await readFile(files[0]!, 'utf8'))
  const { auditAnnotations } = await apiServer.admit(review)
  apiServer.close()
  assert.equal(auditAnnotations.reasons, 'Applied')
})

test('a webhook with a certificate of another CA is not trusted', async () => {
  const other = await selfIssuedCertificate(join(folder, 'other'), ['127.0.0.1'], Date.now())
  const apiServer = new ApiServer(webhook.url, await readFile(other.caFile))
  await assert.rejects(apiServer.admit(PODS[0]!.review), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  apiServer.close()
})

test('an answer that no API server would accept is an error with the answer in it', async (t) => {
  const { certFile, keyFile, caFile } = await selfIssuedCertificate(join(folder, 'tls'), ['127.0.0.1'], Date.now())
  let answer = { status: 200, body: '' }
  const server = createServer(
    { cert: await readFile(certFile), key: await readFile(keyFile) },
    (_request, response) => {
      response.writeHead(answer.status).end(answer.body)
    },
  )
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  const apiServer = new ApiServer(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, await readFile(caFile))
  t.after(() => apiServer.close())

  const { review } = PODS[0]!
  const answering = async (status: number, response: unknown) => {
    answer = { status, body: JSON.stringify({ response }) }
    return apiServer.admit(review)
  }
  const { uid } = review.request
  await assert.rejects(answering(503, {}), /answered 503: {"response":{}}/)
  await assert.rejects(answering(200, { uid, allowed: false }), /did not allow the Pod: .*"allowed":false/)
  await assert.rejects(answering(200, { uid: 'another', allowed: true }), /did not allow the Pod/)
  const patch = Buffer.from(JSON.stringify([{ op: 'replace', path: '/spec/nothing/0', value: 1 }])).toString('base64')
  await assert.rejects(answering(200, { uid, allowed: true, patch }), { name: 'OPERATION_PATH_UNRESOLVABLE' })
})
