import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Layout } from './layout.ts'
import type { ProcessIdentity } from './process-identity.ts'
import type { Processes } from './processes.ts'
import { run } from './run.ts'
import { until } from './until.ts'

/** Name under which the first process of the node's namespaces is recorded. */
export const NODE_INIT = 'node-init'
const UNSHARE = 'node-unshare'

/** Kernel settings of the whole machine that a kubelet changes when it starts. */
const KUBELET_SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
]

/** The node's mount, PID and network namespaces. */
export interface NodeNamespaces {
  /** Command line that runs what follows it in there. */
  readonly enter: readonly string[]
}

/**
 * Makes the node's namespaces and the link to them. In there `/run`, `/var/lib` and `/var/log` belong to the run directory,
 * so containerd, kubelet and CNI use their usual paths and leave the machine's alone; the settings that a kubelet changes
 * are plain files. When the first process ends the kernel takes every process, mount and interface in there with it.
 */
export async function makeNodeNamespaces(layout: Layout, processes: Processes, pause: string): Promise<NodeNamespaces> {
  const root = join(layout.directory, 'node')
  const mounts = { '/run': join(root, 'run'), '/var/lib': join(root, 'lib'), '/var/log': join(root, 'log') }
  for (const source of Object.values(mounts)) mkdirSync(source, { recursive: true })
  for (const [hidden] of Object.entries(mounts)) {
    if (`${layout.directory}/`.startsWith(`${hidden}/`)) {
      throw new Error(
        `the run directory ${layout.directory} is below ${hidden}, which a node hides: set TMPDIR to another`,
      )
    }
  }

  const namespaces = ['--mount', '--pid', '--net', '--mount-proc']
  const outer = processes.start(UNSHARE, 'unshare', [...namespaces, '--fork', '--kill-child', pause])
  const init = await processes.ready(UNSHARE, async () => firstChild(outer, basename(pause)))
  processes.record(NODE_INIT, init)
  const enter = ['nsenter', `--target=${init}`, '--mount', '--pid', '--net', '--']
  const [program, ...args] = enter
  const settings = fakeSettings(join(root, 'sys'))
  const script = [
    'mount --make-rshared /',
    ...Object.entries({ ...mounts, ...settings }).map(([target, source]) => `mount --bind '${source}' '${target}'`),
    'ip link set lo up',
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
  ]
  await run(program!, [...args, 'sh', '-ec', script.join('\n')])
  await link(layout, init, enter)
  return { enter }
}

/** Copies of the settings: path in /proc/sys → file that replaces it. */
function fakeSettings(directory: string): Record<string, string> {
  const files: Record<string, string> = {}
  mkdirSync(directory, { recursive: true })
  for (const setting of KUBELET_SETTINGS) {
    const file = join(directory, setting.replaceAll('/', '.'))
    writeFileSync(file, readFileSync(join('/proc/sys', setting)))
    files[`/proc/sys/${setting}`] = file
  }
  return files
}

/** A veth pair: `layout.link` here, eth0 in there; and routes to Pods and Services, which kube-proxy in there sends on. */
async function link(layout: Layout, init: number, enter: readonly string[]): Promise<void> {
  const ip = (...args: string[]) => run('ip', args)
  const inside = (...args: string[]) => run(enter[0]!, [...enter.slice(1), 'ip', ...args])
  await ip('link', 'add', layout.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${init}`)
  await ip('address', 'add', `${layout.hostAddress}/24`, 'dev', layout.link)
  await ip('link', 'set', layout.link, 'up')
  await inside('address', 'add', `${layout.nodeAddress}/24`, 'dev', 'eth0')
  await inside('link', 'set', 'eth0', 'up')
  for (const range of [layout.podRange, layout.serviceRange]) await ip('route', 'add', range, 'via', layout.nodeAddress)
  await until('the link to the node', () => run('ip', ['-4', 'route', 'get', layout.nodeAddress]))
}

/** Id of the process's only child, once that runs the program of this name. */
function firstChild({ pid }: ProcessIdentity, name: string): number | undefined {
  const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
  return child > 0 && readFileSync(`/proc/${child}/comm`, 'utf8').trim() === name ? child : undefined
}
