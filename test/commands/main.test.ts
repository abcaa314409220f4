import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeFailure } from '../../src/commands/failure.ts'
import { WebhookError } from '../../src/webhook/index.ts'
import { plimsoll } from './plimsoll.ts'

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))

test('--version prints the version of the package', async () => {
  assert.deepEqual(await plimsoll('--version'), { code: 0, stdout: `${version}\n`, stderr: '' })
})

test('--help names the commands; so does no command at all, as a mistake', async () => {
  const help = await plimsoll('--help')
  assert.equal(help.code, 0)
  assert.match(help.stdout, /^Usage: plimsoll .*^Commands:\n {2}start /ms)
  const nothing = await plimsoll()
  assert.equal(nothing.code, 2)
  assert.equal(nothing.stderr, help.stdout)
})

const MISTAKES: readonly [args: readonly string[], message: RegExp][] = [
  [['strat'], /unknown command 'strat'\n\(Did you mean start\?\)/],
  [['start', '--onse'], /unknown option '--onse'\n\(Did you mean --once\?\)/],
  [['start', 'history.csv'], /too many arguments for 'start'/],
  [
    ['start', '--port', '70000'],
    /option '--port <port>' argument '70000' is invalid. expected a port from 1 to 65535, or 0/,
  ],
  [['start', '--port', '-1'], /option '--port <port>' argument/],
  [
    ['start', '--history', 'a', '--prometheus', 'http://a'],
    /'--prometheus <url>' cannot be used with option '--history <file>'/,
  ],
  [['start', '--prometheus-label', 'a=b'], /option '--prometheus-label <name=value>' needs --prometheus <url>/],
  [['start', '--prometheus', 'http://a', '--prometheus-label', 'prod'], /expected a label, such as cluster=prod/],
  [
    ['start', '--prometheus', 'http://a', '--prometheus-header', 'X'],
    /expected a header, such as "X-Scope-OrgID: shop"/,
  ],
  [['start', '--goal', 'cheap'], /Allowed choices are savings, balanced, reliability/],
  [['start', '--cpu-price', '-3'], /option '--cpu-price <dollars>'/],
  [['webhook'], /give a certificate: --tls-secret <name>, or both --tls-cert <file> and --tls-key <file>/],
  [
    ['webhook', '--tls-secret', 'tls', '--client-name', 'kube-apiserver'],
    /--client-name is the name in a certificate: give its authority too, with --client-ca <file>/,
  ],
  [['webhook', '--tls-cert', 'tls.crt'], /give a certificate: .* or both/],
  [
    ['webhook', '--tls-secret', 'tls', '--tls-cert', 'tls.crt'],
    /option '--tls-secret <name>' cannot be used with option '--tls-cert <file>'/,
  ],
  [['start', '--memory-price', 'free'], /expected dollars an hour, such as 0\.03/],
]
for (const [args, message] of MISTAKES) {
  test(`\`plimsoll ${args.join(' ')}\` is refused with the reason, and exit code 2`, async () => {
    const { code, stdout, stderr } = await plimsoll(...args)
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, message)
    assert.match(stderr, /Run it with --help/)
  })
}

test('an expected error is printed with its message, any other one with everything that a bug report needs', () => {
  assert.match(
    describeFailure(new WebhookError('PortInUse', '127.0.0.1:1')),
    /^plimsoll: 127\.0\.0\.1:1: the port is in use[^\n]*$/,
  )
  assert.match(
    describeFailure(new TypeError('x is not a function')),
    /please report it .*\nTypeError: x is not a function\n +at /,
  )
  assert.match(describeFailure('text'), /please report it .*\ntext$/)
})
