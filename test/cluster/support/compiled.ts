import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../harness/run.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** Compiles Plimsoll, as the image has it: without what strips types, a process is smaller. @returns its bin/plimsoll */
export async function compile(directory: string): Promise<string> {
  const app = join(directory, 'app')
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(app, 'dist')]
  await run(process.execPath, args, { timeoutMilliseconds: 300_000 })
  for (const name of ['bin', 'package.json']) cpSync(join(ROOT, name), join(app, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(app, 'node_modules'))
  return join(app, 'bin/plimsoll')
}
