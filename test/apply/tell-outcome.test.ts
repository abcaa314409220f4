import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Outcome } from '../../src/apply/drive.ts'
import type { Candidate } from '../../src/apply/plan-fleet.ts'
import { tellRestart } from '../../src/apply/restart/tell-restart.ts'
import { tellOutcome } from '../../src/apply/tell-outcome.ts'
import { WorkloadEvents } from '../../src/controller/workload-events.ts'
import { readFleetPod } from '../../src/fleet/index.ts'
import { EventRecorder } from '../../src/kube/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { failure, startServer } from '../kube/fake-server.ts'
import { revision, runningPod } from './pods.ts'

const SIGNAL = new AbortController().signal
const WORKLOAD = { namespace: 'shop', kind: 'Deployment', name: 'web' }
const MILLICORE = 1_000_000n

interface Written {
  readonly regarding: { readonly kind: string; readonly uid?: string }
  readonly reason: string
  readonly type: string
  readonly note: string
  readonly metadata: { readonly name: string }
  readonly series?: { readonly count: number }
}

async function telling(context: TestContext, isThere = true) {
  const server = await startServer(context, (call) =>
    call.method === 'GET'
      ? call.reply(
          isThere ? 200 : 404,
          isThere ? { metadata: { name: 'web', namespace: 'shop', uid: 'uid-of-web' } } : failure(404, 'NotFound'),
        )
      : call.reply(201, JSON.parse(call.body)),
  )
  const { client } = server
  const [time, logger] = [new FakeTime(), createLogger('silent')]
  const reporter = { controller: 'plimsoll.dev/learner', instance: 'learner-0' }
  const events = new EventRecorder({ client, reporter, time, onDropped: () => {} })
  const workloadEvents = new WorkloadEvents({ client, events, logger, time })
  const options = { events, workloadEvents, logger }
  const tell = (one: Candidate, outcome: Outcome) => tellOutcome(options, one, outcome, SIGNAL)
  const writes = () => server.calls.filter(({ method }) => method !== 'GET')
  /** The final Events of the workload in the API server, by name. */
  const stored = () => {
    const all = writes().map(({ body }) => JSON.parse(body) as Written)
    return [...new Map(all.map((event) => [event.metadata.name, event])).values()].filter(
      ({ regarding }) => regarding.kind === 'Deployment',
    )
  }
  return { events, options, server, stored, tell, time, writes }
}

function candidate(pod: string, to: number, urgency: Candidate['urgency'] = 'free'): Candidate {
  const running = runningPod()
  return {
    entry: { workload: WORKLOAD },
    pod: readFleetPod({ ...running, metadata: { ...running.metadata, name: pod, uid: `uid-of-${pod}` } }),
    target: revision(to, { request: '80m' }),
    urgency,
  } as unknown as Candidate
}

function resized(from: bigint): Outcome {
  const change = {
    ...{ slot: { name: 'app' }, resource: 'cpu' },
    ...{ from: { request: from * MILLICORE }, to: { request: 80n * MILLICORE } },
  }
  return { is: 'resized', step: { do: 'resize', changes: [change] } } as unknown as Outcome
}

test('five hundred Pods of one workload that are resized are one Event on it, with their number', async (context) => {
  const { events, server, stored, tell, time, writes } = await telling(context)
  for (let pod = 0; pod < 500; pod++) {
    await tell(candidate(`web-${pod}`, 7), resized(BigInt(1000 + pod)))
    await events.flush()
    if (pod % 2 === 1) time.advance(1_000)
    if (pod % 20 === 19) events.settle()
  }
  time.advance(60_000)
  events.settle()
  await events.flush()
  assert.deepEqual(
    stored().map(({ regarding, reason, type, note, series }) => [regarding.uid, reason, type, note, series?.count]),
    [
      [
        ...['uid-of-web', 'Resized', 'Normal'],
        'Plimsoll resizes Pods to revision 7 (they need less), first web-0: app cpu 1 -> 80m.',
        500,
      ],
    ],
  )
  const onWorkload = writes().filter(({ body }) => body.includes('"kind":"Deployment"')).length
  assert.ok(onWorkload <= 4, `${onWorkload} writes`)
  assert.equal(server.calls.filter(({ method }) => method === 'GET').length, 1, 'its uid is asked for once')
})

test('a workload that cannot be read is requested once a minute, and its Event has no uid', async (context) => {
  const { events, server, stored, tell, time } = await telling(context, false)
  for (let pod = 0; pod < 5; pod++) await tell(candidate(`web-${pod}`, 7), resized(1000n))
  await events.flush()
  assert.equal(server.calls.filter(({ method }) => method === 'GET').length, 1)
  assert.deepEqual(stored()[0]!.regarding, { apiVersion: 'apps/v1', ...WORKLOAD })
  time.advance(60_001)
  await tell(candidate('web-5', 7), resized(1000n))
  assert.equal(server.calls.filter(({ method }) => method === 'GET').length, 2)
})

test('another revision, another reason and a refusal are separate Events', async (context) => {
  const { events, stored, tell } = await telling(context)
  for (const pod of ['web-0', 'web-1']) await tell(candidate(pod, 7), resized(1000n))
  await tell(candidate('web-0', 6, 'back'), resized(1000n))
  await events.flush()
  const refused = { is: 'refused', reason: 'ResizeRefused', message: 'more than the node has' } as const
  for (const pod of ['web-2', 'web-3']) await tell(candidate(pod, 7), refused)
  await tell(candidate('web-4', 7, 'finish'), resized(1000n))
  await events.flush()
  assert.deepEqual(
    stored().map(({ reason, type, series }) => [reason, type, series?.count]),
    [
      ['Resized', 'Normal', 2],
      ['Resized', 'Normal', undefined],
      ['ResizeRefused', 'Warning', 2],
    ],
  )
  assert.match(stored()[1]!.note, /to revision 6 \(they are rolled back\), first web-0/)
  assert.match(stored()[2]!.note, /^Pods that are not resized to revision 7, first web-2: .*more than the node has$/)
})

test('Pods that are restarted one after another are one Event on their owner', async (context) => {
  const { events, options, stored } = await telling(context)
  for (const pod of ['web-0', 'web-1', 'web-2']) {
    const why = { reason: 'BestEffortRuns' } as const
    const told = { candidate: candidate(pod, 7), owner: WORKLOAD, ownerUid: 'uid-of-web', why, by: 'eviction' } as const
    tellRestart(options, { ...told, need: 'pod', mayReplace: true } as Parameters<typeof tellRestart>[1])
    await events.flush()
  }
  assert.deepEqual(
    stored().map(({ reason, series }) => [reason, series?.count]),
    [['Restarted', 2]],
    'the third is written when it has become quiet',
  )
  assert.match(stored()[0]!.note, /evicts Pods one after another so that they get revision 7: .* \(first web-0\)\.$/)
})
