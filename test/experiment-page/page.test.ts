import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { reportOf } from '../../src/experiment-client/index.ts'
import { renderExperimentPage } from '../../src/experiment-page/index.ts'
import { FINISHED } from '../experiment-client/finished.ts'

const page = renderExperimentPage(reportOf(FINISHED))

describe('the page of an experiment', () => {
  it('has the verdict and every trial, and highlights the best configuration', () => {
    assert.match(page, /A cheaper configuration meets the limits\. It costs 59 % less\./)
    for (let number = 1; number <= 7; number++) assert.match(page, new RegExp(`<th scope="row">${number}</th>`))
    assert.match(page, /<tr class="chosen"><th scope="row">savings, balanced<\/th>/)
  })

  it('shows what a point is under the pointer and the keyboard, and to screen readers', () => {
    const points = [...page.matchAll(/<g class="point (\w*)" tabindex="0" role="img" aria-label="([^"]+)">/g)]
    // Trials with a latency, and two best configurations.
    assert.deepEqual(
      points.map(([, kind]) => kind),
      ['good', 'good', 'good', 'bad', 'good', 'best', 'best'],
    )
    assert.match(points[3]![2]!, /^Trial 4: app 250m 128Mi, 610 ms|^Trial 4: app 250m 128Mi, 612 ms/)
  })

  it('draws nothing outside its frame, also of trials that were far beyond the limit', () => {
    for (const [, x, y] of page.matchAll(/<circle cx="([\d.-]+)" cy="([\d.-]+)"/g)) {
      assert.ok(Number(x) >= 0 && Number(x) <= 640)
      assert.ok(Number(y) >= 0 && Number(y) <= 360)
    }
  })

  it('runs nothing and loads nothing', () => {
    const [, style] = /<style>(.*?)<\/style>/s.exec(page)!
    const digest = createHash('sha256').update(style!).digest('base64')
    assert.ok(page.replaceAll('&#39;', "'").includes(`default-src 'none'; style-src 'sha256-${digest}'`))
    assert.doesNotMatch(page, /<script|<link|<img|https?:\/\/(?!checkout)/)
  })

  it('shows names as text, even if they contain HTML', () => {
    const kept = ['<img src=x onerror=alert(1)>']
    const hostile = renderExperimentPage({ ...reportOf(FINISHED), says: '</style><script>alert(1)</script>', kept })
    assert.doesNotMatch(hostile, /<script|<img/)
  })

  it('says that nothing was measured, where nothing was', () => {
    const early = renderExperimentPage(reportOf({ metadata: FINISHED.metadata, spec: FINISHED.spec }))
    assert.match(early, /No trial has measured a latency/)
  })
})
