import type { TestContext } from 'node:test'
import type { LeadContext } from '../../../src/commands/learner/context.ts'
import { Settings } from '../../../src/config/index.ts'
import { EventRecorder } from '../../../src/kube/index.ts'
import { DEFAULT_POLICY } from '../../../src/policy/index.ts'
import { createLogger } from '../../../src/telemetry/index.ts'
import { type Call, startServer } from '../../kube/fake-server.ts'

/** What a leading learner works with, in front of an API server that answers as the test says. */
export async function leadContext(
  t: TestContext,
  handle: (call: Call) => void,
  settings: Parameters<typeof Settings.parse>[0] = {},
) {
  const { client, calls } = await startServer(t, handle)
  const reporter = { controller: 'plimsoll.dev/learner', instance: 'test' }
  const events = new EventRecorder({ client, reporter, onDropped: () => {} })
  const context: LeadContext = {
    client,
    events,
    settings: Settings.parse(settings),
    cluster: { goal: 'balanced', criticality: 'medium', windows: [], policy: DEFAULT_POLICY },
    logger: createLogger('silent'),
  }
  return { context, calls }
}
