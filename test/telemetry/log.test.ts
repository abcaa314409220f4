import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLogger, type LogLevel } from '../../src/telemetry/index.ts'

function capture(level: LogLevel = 'info') {
  const lines: string[] = []
  const logger = createLogger(level, { write: (line) => void lines.push(line) })
  return { logger, lines, last: () => JSON.parse(lines.at(-1)!) }
}

test('a line is JSON with the time in ISO 8601, the level by name, the message and the fields', () => {
  const { logger, lines, last } = capture()
  logger.info({ url: 'https://127.0.0.1:8443' }, 'listening')
  const { time, ...rest } = last()
  assert.deepEqual(rest, { level: 'info', url: 'https://127.0.0.1:8443', msg: 'listening' })
  assert.equal(new Date(time).toISOString(), time)
  assert.equal(lines[0]!.at(-1), '\n')
})

test('lines below the level are not written', () => {
  const { logger, lines } = capture('warn')
  logger.debug('a')
  logger.info('b')
  logger.warn('c')
  logger.error('d')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['c', 'd'],
  )
  const silent = capture('silent')
  silent.logger.error('e')
  assert.deepEqual(silent.lines, [])
})

test('credentials are not written, at the top or one level down, with any message', () => {
  const secrets = ['authorization', 'password', 'token', 'secret', 'cookie', 'key', 'tls.key']
  for (const name of secrets) {
    const { logger, lines } = capture()
    logger.info({ [name]: 'hunter2', request: { [name]: 'hunter2', path: '/' } }, 'x')
    logger.child({ [name]: 'hunter2' }).info('x')
    assert.doesNotMatch(lines.join(''), /hunter2/, name)
    assert.match(lines.join(''), /"path":"\/"/)
  }
  const { logger, lines } = capture()
  logger.info({ headers: { authorization: 'hunter2' }, options: { headers: { 'x-api-key': 'hunter2' } } }, 'x')
  assert.doesNotMatch(lines.join(''), /hunter2/)
})

test('an error is written with its code, stack and causes, but without other properties', () => {
  const { logger, last } = capture()
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const error = Object.assign(new TypeError('no answer', { cause }), {
    config: { headers: { authorization: 'Bearer hunter2' } },
    response: { body: 'hunter2' },
  })
  logger.error({ error }, 'it failed')
  const written = last().error
  assert.deepEqual([written.type, written.message], ['TypeError', 'no answer'])
  assert.deepEqual([written.cause.message, written.cause.code], ['connect ECONNREFUSED', 'ECONNREFUSED'])
  assert.match(written.stack, /log\.test\.ts/)
  assert.doesNotMatch(JSON.stringify(last()), /hunter2/)
  logger.error(error)
  assert.equal(last().error.message, 'no answer')
  logger.error({ error: 'only a string' })
  assert.equal(last().error, 'only a string')
})

test('circular causes end', () => {
  const { logger, last } = capture()
  const error: Error = new Error('round')
  error.cause = error
  logger.error({ error }, 'x')
  assert.equal(last().error.cause.cause.message, 'round')
})

test('without a destination, lines are written to stderr, and none is lost when the process exits', () => {
  const door = join(import.meta.dirname, '../../src/telemetry/index.ts')
  const program = `const { createLogger } = await import(${JSON.stringify(door)})
    const logger = createLogger('info')
    for (let i = 0; i < 100; i++) logger.info({ i }, 'line')
    process.exit(3)`
  const args = ['--input-type=module', '--eval', program]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(status, 3)
  assert.equal(stdout, '')
  const written = stderr.trim().split('\n')
  assert.deepEqual(
    // A write in progress at the exit may end after the last lines are flushed: their times show the order.
    written.map((line) => JSON.parse(line).i as number).toSorted((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  )
})
