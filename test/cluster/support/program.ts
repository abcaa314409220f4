import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ControlPlane, Processes, until } from '../harness/index.ts'

const PLIMSOLL = join(import.meta.dirname, '..', '..', '..', 'bin', 'plimsoll')
/** What the chart provides: settings are read once, so each process has its own file. */
let started = 0

/** `plimsoll <command>` as a separate process, against a test cluster. It ends with the cluster at the latest. */
export interface Program {
  readonly name: string
  readonly pid: number
  /** Everything it has logged, as objects. */
  logs(): readonly LogLine[]
  /** The first line with this message, once there is one. */
  logged(message: string, timeoutMilliseconds?: number): Promise<LogLine>
  /** Resident memory now, in bytes. */
  residentBytes(): number
  /** The most that it ever was. */
  peakResidentBytes(): number
  /** How long its main thread has run, and how long it waited for a core that others had, in milliseconds (proc(5)). */
  schedule(): { readonly ran: number; readonly waited: number }
  /** As Kubernetes ends a container: SIGTERM, and waits until the process is gone. */
  end(): Promise<void>
  /** As a crash: SIGKILL. */
  kill(): Promise<void>
}

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

export interface ProgramOptions {
  /** Of bin/plimsoll: by default this repository's, which runs the sources as they are. */
  readonly plimsoll?: string
  /** For Node.js, such as `--max-old-space-size=100`. */
  readonly nodeArgs?: readonly string[]
}

/**
 * Starts bin/plimsoll with an administrator's kubeconfig and these settings.
 *
 * @param settings as in the file of `--config`
 */
export function startProgram(
  { directory, kubeconfig }: ControlPlane,
  command: 'webhook' | 'learner',
  args: readonly string[],
  settings: object,
  { plimsoll = PLIMSOLL, nodeArgs = [] }: ProgramOptions = {},
): Program {
  const processes = new Processes(directory)
  const name = `plimsoll-${command}-${++started}`
  const config = join(directory, `${name}.yaml`)
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(settings))
  const { NODE_COMPILE_CACHE } = process.env
  // What is compiled as in the image runs as there, without.
  const caches = NODE_COMPILE_CACHE && plimsoll === PLIMSOLL ? [`NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE}`] : []
  const { pid } = processes.start(name, 'env', [
    ...[`KUBECONFIG=${kubeconfig}`, ...caches],
    ...[process.execPath, ...nodeArgs, plimsoll, command, `--config=${config}`, ...args],
  ])
  const logs = () => parseLog(readFileSync(processes.log(name), 'utf8'))
  return {
    name,
    pid,
    logs,
    logged: (message, timeoutMilliseconds = 60_000) =>
      processes.ready(name, async () => logs().find(({ msg }) => msg === message), timeoutMilliseconds),
    residentBytes: () => memoryOf(pid, 'VmRSS'),
    peakResidentBytes: () => memoryOf(pid, 'VmHWM'),
    schedule() {
      const [ran, waited] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
      return { ran: Number(ran) / 1e6, waited: Number(waited) / 1e6 }
    },
    async end() {
      if (processes.running(name)) process.kill(pid, 'SIGTERM')
      await until(`${name} to end`, () => !processes.running(name), { timeoutMilliseconds: 60_000 })
    },
    kill: () => processes.stop(name),
  }
}

function memoryOf(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)![1])
}

/** What is not JSON (a warning of Node, the end of a crash) is kept too, as the message of an error. */
function parseLog(text: string): LogLine[] {
  // The last line may be half-written.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines.filter(Boolean).map((line) => {
    try {
      return JSON.parse(line) as LogLine
    } catch {
      return { level: 'error', msg: line }
    }
  })
}
