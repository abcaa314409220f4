import type { Command } from 'commander'
import { addBacktestCommand } from './backtest.ts'
import { addDoctorCommand } from './doctor.ts'
import { addExplainCommand } from './explain.ts'
import { addLearnerCommand } from './learner.ts'
import { addStartCommand } from './start.ts'
import { addSuperviseCommand } from './supervise.ts'
import { addWebhookCommand } from './webhook.ts'

/** Every command, in the order of the help. */
export function addCommands(program: Command): void {
  addStartCommand(program)
  addWebhookCommand(program)
  addLearnerCommand(program)
  addSuperviseCommand(program)
  addExplainCommand(program)
  addDoctorCommand(program)
  addBacktestCommand(program)
}
