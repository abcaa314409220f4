import { type Response, Router } from 'express'
import { z } from 'zod'
import type { Recommendation } from '../../api/index.ts'
import { KubeError } from '../../kube/index.ts'
import type { Backing } from '../backing.ts'
import { refusalOf, viewerOf } from '../door/guard.ts'
import { sendJson } from '../door/send.ts'
import type { FleetKeeper } from '../fleet/keeper.ts'
import { pendingOf } from '../fleet/pending.ts'
import { Refusal } from '../refusal.ts'
import { readUsage } from '../usage/read-usage.ts'
import { Turnstile } from '../usage/turnstile.ts'
import { AUTO, type Detail, RANGES } from '../wire.ts'
import { findWorkload } from './fleet.ts'

const Range = z.enum([...RANGES, AUTO])
/** Number of plots that are read at the same time; each may read 300,000 samples. */
const PLOTS_AT_ONCE = 2
const PLOTS_WAITING = 32

/** Routes of one workload: its details, the explanation of its next Pod, and its usage over time. */
export function workloadRoutes(keeper: FleetKeeper, backing: Backing): Router {
  const router = Router()
  const turnstile = new Turnstile(PLOTS_AT_ONCE, PLOTS_WAITING)
  router.get('/workloads/:namespace/:kind/:name', async (request, response) => {
    const viewer = viewerOf(response)
    const { insight, currency } = await findWorkload(keeper, viewer, request.params)
    const [rights, mayRestart, recommendation, pods, explained] = await Promise.all([
      viewer.rights(insight.namespace),
      viewer.mayRestart(insight),
      backing.recommendation(viewer, insight).catch(unlessSignedOut),
      backing.pods(viewer, insight).catch((error) => {
        unlessSignedOut(error)
        return { carried: [], oomKills: [], podsUnread: (error as Error).message }
      }),
      backing.explain(viewer, insight).then(
        (explained) => ({ explained }),
        (error: Error) => ({ unexplained: error.message }),
      ),
    ])
    const detail: Detail = {
      ...{ insight, currency, rights, changelog: [], ...pods, ...explained },
      ...(mayRestart && { restart: mayRestart }),
      ...(recommendation && decisionsOf(recommendation)),
      ...('none' in backing.usage && { noUsage: backing.usage.none }),
    }
    response.json(detail)
  })
  router.get('/workloads/:namespace/:kind/:name/usage', async (request, response) => {
    const { insight } = await findWorkload(keeper, viewerOf(response), request.params)
    const range = Range.safeParse(request.query.range)
    if (!range.success) throw new Refusal('Malformed', `expected ?range= and one of ${Range.options.join(', ')}`)
    const { usage } = backing
    if ('none' in usage) throw new Refusal('Unavailable', usage.none)
    const asked = { workload: insight, range: range.data }
    const gone = goneOf(response)
    await sendJson(request, response, await turnstile.run(() => readUsage(usage, asked, gone), gone))
  })
  return router
}

/** A signal that aborts when the client has closed the connection, so that work on an unwanted answer stops. */
function goneOf(response: Response): AbortSignal {
  const leaving = new AbortController()
  response.on('close', () => leaving.abort(new Refusal('Busy')))
  return leaving.signal
}

function unlessSignedOut(error: unknown): undefined {
  if (error instanceof KubeError && error.status !== 401) return undefined
  throw error instanceof KubeError ? refusalOf(error) : error
}

function decisionsOf({ spec, status }: Recommendation): Pick<Detail, 'state' | 'changelog' | 'pending' | 'held'> {
  return {
    changelog: (status?.changelog ?? []).toReversed() as Detail['changelog'],
    ...(status?.state && { state: status.state }),
    ...(status?.pending && { pending: pendingOf(status.pending, status.applied) }),
    ...(spec.hold && { held: spec.hold as NonNullable<Detail['held']> }),
  }
}
