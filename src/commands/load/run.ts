import { writeFileSync } from 'node:fs'
import { readGeneratorSpec, writeMessage } from '../../load/index.ts'
import { generateLoad } from '../../load-generator/index.ts'
import { print } from '../terminal/print.ts'

/** Sends a load and writes the result; a signal ends it early. */
export async function runLoad(text: string, file: string): Promise<void> {
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort())
  const result = await generateLoad(readGeneratorSpec(text), { signal: ending.signal })
  const message = writeMessage(result)
  print(message)
  writeFileSync(file, message)
}
