import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseLoadArgument } from '../../src/experiment-client/load-argument.ts'
import { nextName } from '../../src/experiment-client/name.ts'
import { parseVary } from '../../src/experiment-client/vary-argument.ts'

describe('--load', () => {
  const READ: [string, object][] = [
    ['http://checkout/@100/s', { name: 'load', kind: 'http', url: 'http://checkout/', rate: 100 }],
    [
      'https://user@shop/cart?a=b@1@90/m',
      { name: 'load', kind: 'http', url: 'https://user@shop/cart?a=b@1', rate: 1.5 },
    ],
    ['peak=http://checkout@0.5/s', { name: 'peak', kind: 'http', url: 'http://checkout', rate: 0.5 }],
    ['./load.js', { name: 'load', kind: 'k6', file: './load.js' }],
    ['normal:3=tests/load.ts', { name: 'normal', weight: 3, kind: 'k6', file: 'tests/load.ts' }],
    ['locustfile.py', { name: 'load', kind: 'locust', file: 'locustfile.py' }],
    ['job.yaml', { name: 'load', kind: 'job', file: 'job.yaml' }],
    ['testrun/peak', { name: 'load', kind: 'testRun', testRun: 'peak' }],
    ['spike=TestRun/peak', { name: 'spike', kind: 'testRun', testRun: 'peak' }],
  ]
  for (const [text, expected] of READ) {
    it(`reads ${text}`, () => assert.deepEqual(parseLoadArgument(text, 0), expected))
  }

  it('names several that have no name', () => {
    assert.deepEqual(
      ['a.js', 'b.js'].map((text, i) => parseLoadArgument(text, i).name),
      ['load', 'load-2'],
    )
  })

  it('asks for a rate where a URL has none', () => {
    assert.throws(
      () => parseLoadArgument('http://checkout/cart', 0),
      /say how many requests are sent, such as http:\/\/checkout\/cart@100\/s/,
    )
  })

  for (const text of ['', 'load', 'load.jar', 'testrun/', '=load'])
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.throws(() => parseLoadArgument(text, 0), /expected http:\/\/checkout/))
})

describe('--vary', () => {
  it('is CPU and memory of all containers where nothing is said', () => assert.equal(parseVary([]), undefined))

  it('reads bounds, replicas, variables and arguments', () => {
    const texts = [
      'cpu=100m..2',
      'memory=fixed',
      'replicas=1..4',
      'GOMAXPROCS=1..8/1',
      'app:--workers=2..32/2',
      'app:-Xmx=128..1024/64m',
    ]
    assert.deepEqual(parseVary(texts), {
      cpu: { min: '100m', max: '2' },
      memory: { fixed: true },
      replicas: { min: 1, max: 4 },
      settings: [
        { name: 'GOMAXPROCS', env: 'GOMAXPROCS', min: 1, max: 8, step: 1 },
        { name: 'workers', container: 'app', arg: '--workers=', min: 2, max: 32, step: 2 },
        { name: 'Xmx', container: 'app', arg: '-Xmx', suffix: 'm', min: 128, max: 1024, step: 64 },
      ],
    })
  })

  it('reads what a setting is now, where the workload does not state it', () => {
    assert.deepEqual(parseVary(['GOMAXPROCS=1..8/1@4', 'app:-Xmx=128..1024/64m@512'])?.settings, [
      { name: 'GOMAXPROCS', env: 'GOMAXPROCS', baseline: 4, min: 1, max: 8, step: 1 },
      { name: 'Xmx', container: 'app', arg: '-Xmx', suffix: 'm', baseline: 512, min: 128, max: 1024, step: 64 },
    ])
  })

  for (const text of [
    'cpu',
    'A=1..8/1@',
    'A=1..8/1@4m',
    'A=1..8@4',
    'cpu=1',
    'replicas=1',
    'GOMAXPROCS=1..8',
    '=1..2/1',
    'memory=64Mi-1Gi',
  ])
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseVary([text]), /expected cpu=100m\.\.2/))
})

describe('the name of a new Experiment', () => {
  it('is that of its workload and the next number', () => {
    assert.equal(nextName('deployment/checkout', []), 'checkout-1')
    assert.equal(nextName('deployment/checkout', ['checkout-9', 'checkout-10', 'checkout-x', 'cart-12']), 'checkout-11')
  })
  it('is short, and ends in a letter or a digit', () => {
    assert.match(nextName(`sts/${'a'.repeat(35)}.-${'b'.repeat(60)}`, []), /^[a-z0-9][-a-z0-9.]{0,38}[a-z0-9]-1$/)
  })
})
