import { json, Router } from 'express'
import { z } from 'zod'
import { approve, hold, namedAs, reject, restart, resume, targetOf, timeAfter } from '../../actions/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import type { Backing } from '../backing.ts'
import { viewerOf } from '../door/guard.ts'
import type { FleetKeeper } from '../fleet/keeper.ts'
import { Refusal } from '../refusal.ts'
import { ACTIONS, type ActionAnswer } from '../wire.ts'
import { findWorkload } from './fleet.ts'

const ActionName = z.enum(ACTIONS)
const Body = z.strictObject({
  revision: z.int().min(1).max(1_000_000_000).optional(),
  for: z.string().max(8).optional(),
  reason: z.string().trim().max(200).optional(),
})
const MAX_BODY = '4kb'
/** How long an approval is valid by default, as for `plimsoll approve`. */
const APPROVED_FOR = '30d'

/** Routes to approve, reject, hold, resume and restart. They do what the commands do, with the rights of the viewer. */
export function decideRoutes(keeper: FleetKeeper, { readOnly }: Pick<Backing, 'readOnly'>, logger: Logger): Router {
  const router = Router()
  router.post(
    '/workloads/:namespace/:kind/:name/:action',
    json({ limit: MAX_BODY, inflate: false }),
    async (request, response) => {
      if (!request.is('application/json')) throw new Refusal('NotJson')
      const action = ActionName.safeParse(request.params.action)
      if (!action.success) throw new Refusal('NotFound')
      const body = Body.safeParse(request.body)
      if (!body.success) throw new Refusal('Malformed', z.prettifyError(body.error))
      const viewer = viewerOf(response)
      const { insight: workload } = await findWorkload(keeper, viewer, request.params)
      const { actor } = viewer
      if (!actor) throw new Refusal('NotAllowed', readOnly)
      const { revision, reason } = body.data
      const named = namedAs(workload)
      const act = {
        approve: () => approve(actor, named, timeAfter(body.data.for ?? APPROVED_FOR), { revision: looked(revision) }),
        reject: () => reject(actor, named, { revision: looked(revision), reason }),
        hold: () =>
          hold(actor, named, { reason, until: body.data.for === undefined ? undefined : timeAfter(body.data.for) }),
        resume: () => resume(actor, named),
        restart: async () => ({
          says: await restart(actor, targetOf(named.text, workload.namespace)),
          isWritten: true,
        }),
      }[action.data]
      const { says, isWritten } = await act()
      const answer: ActionAnswer = { says }
      if (isWritten) {
        logger.info({ audit: true, by: viewer.name, action: action.data, workload: workload.key, revision }, 'decided')
        keeper.expire()
      }
      response.json(answer)
    },
  )
  return router
}

/**
 * Requires the revision that the person has looked at, because nobody should decide on a revision that they have not
 * seen.
 *
 * @throws Refusal Malformed if it is missing
 */
function looked(revision: number | undefined): number {
  if (revision === undefined) throw new Refusal('Malformed', 'expected "revision": the one that was looked at')
  return revision
}
