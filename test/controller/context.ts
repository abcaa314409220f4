import type { TestContext } from 'node:test'
import { systemTime, type Time } from '../../src/clock/index.ts'
import { Settings } from '../../src/config/cluster-settings.ts'
import type { ControllerContext } from '../../src/controller/context.ts'
import { EventRecorder } from '../../src/kube/index.ts'
import { DEFAULT_POLICY } from '../../src/policy/policy.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { type Call, startServer } from '../kube/fake-server.ts'

/** The context of a leading learner, with an API server that answers as the test says. */
export async function controllerContext(
  t: TestContext,
  handle: (call: Call) => void,
  settings: Parameters<typeof Settings.parse>[0] = {},
  time: Time = systemTime,
) {
  const { client, calls } = await startServer(t, handle)
  const reporter = { controller: 'plimsoll.dev/learner', instance: 'test' }
  const events = new EventRecorder({ client, reporter, onDropped: () => {}, time })
  const context: ControllerContext = {
    client,
    events,
    time,
    settings: Settings.parse(settings),
    cluster: { goal: 'balanced', criticality: 'medium', running: 'never', windows: [], policy: DEFAULT_POLICY },
    logger: createLogger('silent'),
  }
  return { context, calls }
}
