import { Router } from 'express'
import { restrict, type WorkloadInsight } from '../../insight/index.ts'
import { viewerOf } from '../door/guard.ts'
import { sendJson } from '../door/send.ts'
import type { FleetKeeper } from '../fleet/keeper.ts'
import { overviewFor } from '../fleet/overview.ts'
import { Refusal } from '../refusal.ts'
import type { Viewer } from '../sign-in/viewer.ts'

/** Routes that return the fleet, as far as the viewer may see it. */
export function fleetRoutes(keeper: FleetKeeper): Router {
  const router = Router()
  router.get('/fleet', async (request, response) => {
    await sendJson(request, response, await overviewFor(viewerOf(response), await keeper.current()))
  })
  // For programs: what `plimsoll report -o json` prints.
  router.get('/insight', async (request, response) => {
    const { insight } = await keeper.current()
    const seen = await viewerOf(response).seen(insight.namespaces.map(({ name }) => name))
    const isWhole = seen.size === insight.namespaces.length
    // Notes may mention what this person may not see.
    const part = () => ({ ...restrict(insight, ({ namespace }) => seen.has(namespace)), notes: [] })
    await sendJson(request, response, isWhole ? insight : part())
  })
  return router
}

/**
 * Finds one workload of the fleet.
 *
 * @throws Refusal NotFound if there is none, or the viewer may not see it
 */
export async function findWorkload(
  keeper: FleetKeeper,
  viewer: Viewer,
  { namespace = '', kind = '', name = '' }: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly insight: WorkloadInsight; readonly currency: string }> {
  const { insight: fleet } = await keeper.known()
  const key = `${namespace}/${kind}/${name}`
  const insight = fleet.workloads.find((one) => one.key === key)
  if (!insight || !(await viewer.seen([namespace])).has(namespace)) throw new Refusal('NotFound')
  return { insight, currency: fleet.prices.currency }
}
