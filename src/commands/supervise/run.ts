import { spawn } from 'node:child_process'
import { totalmem } from 'node:os'
import { supervise, workerArguments } from '../../supervisor/index.ts'
import { createLogger, type LogLevel } from '../../telemetry/index.ts'

/** Runs `plimsoll <command>` again and again, with a heap that fits into this container; ends on SIGTERM or SIGINT. */
export async function runSupervise(command: readonly string[], logLevel: LogLevel): Promise<void> {
  const logger = createLogger(logLevel)
  const nodeArguments = workerArguments(process.constrainedMemory(), totalmem())
  logger.info({ command, nodeArguments }, 'supervising')
  // The container must not end because of an error here.
  process.on('uncaughtException', (error) => logger.error({ error }, 'the supervisor failed, and continues'))
  process.exitCode = await supervise({
    start: () =>
      spawn(process.execPath, [...process.execArgv, ...nodeArguments, process.argv[1]!, ...command], {
        stdio: 'inherit',
      }),
    logger,
  })
}
