import { spawn } from 'node:child_process'
import { totalmem } from 'node:os'
import { supervise, workerArguments } from '../../supervisor/index.ts'
import { createLogger, type LogLevel } from '../../telemetry/index.ts'

/** Runs `plimsoll <command>` over and over, with a heap that fits into this container; ends when it is told to. */
export async function runSupervise(command: readonly string[], logLevel: LogLevel): Promise<void> {
  const logger = createLogger(logLevel)
  const nodeArguments = workerArguments(process.constrainedMemory(), totalmem())
  logger.info({ command, nodeArguments }, 'supervising')
  // Whatever goes wrong in here, the container must not end.
  process.on('uncaughtException', (error) => logger.error({ error }, 'the supervisor failed, and goes on'))
  process.exitCode = await supervise({
    start: () =>
      spawn(process.execPath, [...process.execArgv, ...nodeArguments, process.argv[1]!, ...command], {
        stdio: 'inherit',
      }),
    logger,
  })
}
