// Reviews, and what is around them in the cluster, through the webhook's informers and its request path.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Recommendation } from '../../src/api/index.ts'
import { parseSettings } from '../../src/config/index.ts'
import { constraintsReflectors, injectedReflector, policyReflector } from '../../src/informers/index.ts'
import { clusterPolicy, DECISION_ANNOTATION, type Pod, PolicyIndex, parseRecord } from '../../src/policy/index.ts'
import { Snapshot } from '../../src/recommendations/index.ts'
import { formatQuantity, isObject, RESOURCES, readable } from '../../src/resources/index.ts'
import { authorsResources, ConstraintsIndex } from '../../src/sizing/index.ts'
import { createAdmit } from '../../src/webhook/admission.ts'
import { WebhookError } from '../../src/webhook/errors.ts'
import { LIMITS } from '../../src/webhook/limits.ts'
import { parseReview, reasonToLeaveAlone } from '../../src/webhook/parse.ts'
import { type AdmissionRequest, type AdmissionResponse, type Admit, renderReview } from '../../src/webhook/review.ts'
import { applyInPlace } from '../apply.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { limitRangerSays, quotasSay, storedLimitRange } from '../support/api-server-checks.ts'
import { qosClassOf, validationSays } from '../support/pod-validation.ts'
import { ApiServer } from './api-server.ts'
import { type Damage, damaged, damages, type Mutation, mutate, mutations } from './mutations.ts'
import { asStored, type ClusterObjects, type Situation, situations } from './situations.ts'
import { inTime, type Target } from './target.ts'

interface Case {
  readonly situation: Situation
  readonly ofPod: Mutation[]
  readonly ofReview: Mutation[]
  readonly ofCluster: Mutation[]
  readonly ofBody: Damage[]
  readonly isWatched: boolean
}

const rarely = fc.oneof({ weight: 9, arbitrary: fc.constant<Mutation[]>([]) }, { weight: 1, arbitrary: mutations(2) })

export const admission: Target<Case> = {
  name: 'admission',
  count: 6000,
  cases: fc.record({
    situation: situations,
    ofPod: mutations(4),
    ofReview: rarely,
    ofCluster: mutations(3),
    ofBody: damages,
    isWatched: fc.boolean(),
  }),
  check,
  show: (input) => {
    const { body, objects, settings } = inputsOf(input)
    return { settings, objects, body: body.toString('latin1') }
  },
}

function inputsOf({ situation, ofPod, ofReview, ofCluster, ofBody }: Case) {
  const { review, objects, settings } = structuredClone(situation)
  const { object } = review.request as { object?: unknown }
  if (isObject(object)) mutate(object, ofPod)
  mutate(review, ofReview)
  mutate(objects, ofCluster)
  return { body: damaged(Buffer.from(JSON.stringify(review)), ofBody), objects: asStored(objects), settings }
}

async function check(input: Case): Promise<void> {
  const { body, objects, settings } = inputsOf(input)
  // It is dropped as it arrives.
  if (body.length > LIMITS.bodyBytes) return
  const server = new ApiServer(objects, input.isWatched)
  try {
    const { admit, cluster } = await follow(server, settings)
    const answered = inTime('a review', () => answer(body, admit))
    if (!answered) return
    assertAllowed(answered)
    const [before, after] = [readPod(body), readPod(body)]
    const patch = patchOf(answered.response)
    applyInPlace(after, patch)
    assertNothingRemoved(before, patch)
    // Others are refused whatever the webhook does.
    if (validationSays(before).length > 0) return
    assertAccepted(before, after, objects, answered.request)
    assertQosClassKept(before, after, cluster.policy.sizeBestEffort)
    if (!(objects.recommendations ?? []).every(isPossible)) return
    // A canary is drawn by the uid, until the Pod carries what it drew.
    const uid = patch.length > 0 ? 'another' : answered.request.uid
    const again = admit({ ...answered.request, uid, object: structuredClone(after) }, 'auto')
    assert.deepEqual(patchOf(again), [], 'a second admission changes the Pod again')
  } finally {
    server.end()
  }
}

/**
 * Whether a Recommendation is one that the API server stores and the learner writes: no revision number stands for two sets of
 * values. Others must be survived, no more.
 */
function isPossible(recommendation: unknown): boolean {
  const { success, data } = Recommendation.safeParse(recommendation)
  const { applied, canary } = data?.status ?? {}
  return success && (!applied || applied.revision !== canary?.revision.revision)
}

/** Runs what the webhook's command runs, until it has all that the cluster has. */
async function follow(server: ApiServer, settings: object) {
  const context = { client: server.client, logger: server.logger, time: new FakeTime() }
  const cluster = clusterPolicy(parseSettings(JSON.stringify(settings), 'fuzz'))
  const [snapshot, policies, constraints] = [new Snapshot(), new PolicyIndex(cluster), new ConstraintsIndex()]
  const reflectors = [
    injectedReflector(context, snapshot, () => {}),
    policyReflector(context, policies),
    ...constraintsReflectors(context, constraints),
  ]
  for (const reflector of reflectors) void reflector.run(server.signal)
  await server.delivered(reflectors.length)
  const admit = createAdmit({
    snapshot,
    policy: (namespace, labels) => policies.effective(namespace, labels).policy,
    constraints: (namespace) => constraints.of(namespace),
  })
  return { admit, cluster }
}

interface Answered {
  readonly request: AdmissionRequest
  readonly response: AdmissionResponse
}

/** Answers a body as `mutate` of src/webhook does; undefined if it is refused with a code, or left alone. */
function answer(body: Buffer, admit: Admit): Answered | undefined {
  let request: AdmissionRequest
  try {
    request = parseReview(body)
  } catch (error) {
    if (error instanceof WebhookError) return undefined
    throw error
  }
  return reasonToLeaveAlone(request) ? undefined : { request, response: admit(request, 'auto') }
}

function assertAllowed({ request, response }: Answered): void {
  const rendered = JSON.parse(renderReview(response))
  assert.deepEqual([rendered.response.allowed, rendered.response.uid], [true, request.uid])
  for (const [key, value] of Object.entries(rendered.response.auditAnnotations))
    assert.equal(typeof value, 'string', `the audit annotation ${key} is no text`)
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly value: unknown
}

function patchOf({ patch }: AdmissionResponse): Operation[] {
  return patch ? JSON.parse(Buffer.from(patch, 'base64').toString()) : []
}

function readPod(body: Buffer): Pod {
  return JSON.parse(body.toString()).request.object
}

const MAY_CHANGE =
  /^\/spec\/(initC|c)ontainers\/\d+\/resources\/(requests|limits)\/(cpu|memory)$|^\/metadata\/annotations\/plimsoll\.dev~1decision$/
const MAY_COME =
  /^\/spec\/(initC|c)ontainers\/\d+\/(resources(\/(requests|limits))?|resizePolicy)$|^\/metadata\/annotations$/

/** Amounts and the record may change. What holds them, and a policy for resizes, may be added where there is nothing. */
function assertNothingRemoved(before: Pod, patch: readonly Operation[]): void {
  for (const { op, path } of patch) {
    assert.ok(['add', 'replace'].includes(op), op)
    if (MAY_CHANGE.test(path)) continue
    assert.match(path, MAY_COME)
    const was = path
      .split('/')
      .slice(1)
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], before)
    const isReplaced = isObject(was) || (path.endsWith('/resizePolicy') && Array.isArray(was) && was.length > 0)
    assert.ok(!isReplaced, `${path} is replaced`)
  }
}

/** What the API server accepts as it came, it accepts as it leaves. */
function assertAccepted(before: Pod, after: Pod, objects: ClusterObjects, request: AdmissionRequest): void {
  if (refusals(before, objects, request).length > 0) return
  assert.deepEqual(refusals(after, objects, request), [], 'the API server refuses what it would have accepted')
}

function refusals(pod: Pod, { limitranges = [], resourcequotas = [] }: ClusterObjects, request: AdmissionRequest) {
  const invalid = validationSays(pod)
  if (invalid.length > 0) return invalid
  const isHere = ({ metadata }: { metadata?: unknown }) =>
    isObject(metadata) && metadata.namespace === request.namespace
  const ranges = limitranges
    .filter((one) => isObject(one) && isHere(one))
    .flatMap(({ spec }) => storedLimitRange(spec) ?? [])
  const quotas = resourcequotas.filter((one) => isObject(one) && isHere(one))
  return [...limitRangerSays(pod, ranges), ...quotasSay(pod, quotas)]
}

function assertQosClassKept(before: Pod, after: Pod, sizesBestEffort: boolean): void {
  const allowed = new Set([qosClassOf(before)])
  // A Pod that carries a record may return to the class that its author chose.
  if (parseRecord(before.metadata?.annotations?.[DECISION_ANNOTATION]))
    allowed.add(qosClassOf(asItsAuthorWrote(before)))
  if (sizesBestEffort && allowed.has('BestEffort')) allowed.add('Burstable')
  const now = qosClassOf(after)
  assert.ok(allowed.has(now), `its QoS class is ${now} and not ${[...allowed].join(' or ')}`)
}

function asItsAuthorWrote(pod: Pod): Pod {
  const containers = [...authorsResources(pod).values()].map((resources) => {
    const of = (field: 'request' | 'limit') =>
      Object.fromEntries(
        RESOURCES.flatMap((resource) => {
          const value = readable(resources[resource])[field]
          return value === undefined ? [] : [[resource, formatQuantity(resource, value)]]
        }),
      )
    return { resources: { requests: of('request'), limits: of('limit') } }
  })
  return { spec: { containers } }
}
