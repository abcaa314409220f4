import { createInterface } from 'node:readline/promises'
import { CommandError } from './failure.ts'

/**
 * Asks a person whether to continue.
 *
 * @throws CommandError if the person does not agree, or cannot be asked
 */
export async function agree(question: string, output: NodeJS.WriteStream = process.stdout): Promise<void> {
  if (!process.stdin.isTTY) throw new CommandError(`${question} Nobody can answer here: repeat the command with --yes`)
  const terminal = createInterface({ input: process.stdin, output })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('nothing was changed')
}
