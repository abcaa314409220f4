import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Command, type CommanderError } from 'commander'
import { addReportCommand } from '../../../src/commands/report.ts'

describe('the options of `plimsoll report`', () => {
  const refused: readonly (readonly [args: string[], message: RegExp])[] = [
    [['--history', 'x', '--selector', 'a=b'], /--selector needs a cluster/],
    [['--history', 'x', '--node-shapes'], /--node-shapes needs a cluster/],
    [['--history', 'x', '-o', 'bill-csv'], /--output bill-csv needs a cluster/],
    [['--node-shapes', '-o', 'csv'], /--node-shapes is not part of the output csv/],
    [['--decisions', 'x'], /--decisions needs a history/],
    [['--pods', 'x'], /--pods also needs a history/],
    [['--history', 'x', '--prometheus-user', 'me'], /needs --prometheus/],
    [['--history', 'x', '--prices', 'y', '--cpu-price', '1'], /cannot be used with/],
    [['--history', 'x', '--pods', 'y', '--cluster'], /cannot be used with/],
    [['--context', 'a', 'b', '--history', 'x'], /--history is about one cluster/],
    [['--context', 'a', 'b', '--prometheus', 'x'], /--prometheus-label cluster=\{context\}/],
    [['--prometheus', 'https://{context}'], /\{context\} stands for the name of a context: give --context/],
  ]
  for (const [args, message] of refused) {
    test(`${args.join(' ')} is refused, rather than partly ignored`, async () => {
      const program = new Command().exitOverride()
      addReportCommand(program)
      for (const command of [program, ...program.commands])
        command.exitOverride().configureOutput({ writeErr: () => {} })
      await assert.rejects(program.parseAsync(['report', ...args], { from: 'user' }), (error: CommanderError) => {
        assert.equal(error.exitCode, 1)
        assert.match(error.message, message)
        return true
      })
    })
  }
})
