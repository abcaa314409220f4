// npm run test:cluster: every *.cluster.ts, three at a time as much of it is waiting.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import reporter from '../reporter.ts'

const AT_A_TIME = 3
/** They come first, or one of them would run on alone when all others are done. */
const LONGEST = ['loop/loop', 'approval/path', 'doctor/installed', 'scale/scale', 'doctor/doctor', 'approval/approval']

// Hundreds of processes of the same program start here: what they compile is kept.
process.env.NODE_COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/compile')
const longest = LONGEST.map((name) => join(import.meta.dirname, `${name}.cluster.ts`))
const others = globSync(join(import.meta.dirname, '**/*.cluster.ts')).filter((file) => !longest.includes(file))
const events = run({ files: [...longest, ...others.sort()], concurrency: AT_A_TIME })
events.on('test:fail', () => {
  process.exitCode = 1
})
events.compose(reporter).pipe(process.stdout)
