import completion from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { addActionCommands } from './actions.ts'
import { addBacktestCommand } from './backtest.ts'
import { addDashboardCommand } from './dashboard.ts'
import { addDoctorCommand } from './doctor.ts'
import { addExplainCommand } from './explain.ts'
import { addInitCommand } from './init.ts'
import { addLearnerCommand } from './learner.ts'
import { addLoadCommand } from './load.ts'
import { addMigrateCommand } from './migrate.ts'
import { addReportCommand } from './report.ts'
import { addSloCommand } from './slo.ts'
import { addStartCommand } from './start.ts'
import { addSuperviseCommand } from './supervise.ts'
import { addTryCommand } from './try.ts'
import { addWebhookCommand } from './webhook.ts'

/** Adds all commands, in the order of the help. */
export function addCommands(program: Command): void {
  addStartCommand(program)
  addWebhookCommand(program)
  addLearnerCommand(program)
  addSuperviseCommand(program)
  addExplainCommand(program)
  addDashboardCommand(program)
  addActionCommands(program)
  addInitCommand(program)
  addDoctorCommand(program)
  addMigrateCommand(program)
  addReportCommand(program)
  addSloCommand(program)
  addBacktestCommand(program)
  addTryCommand(program)
  addLoadCommand(program)
  // After all others, because it completes the commands that exist.
  completion(program, { completionCommandName: 'completion' })
}
