import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PLAIN } from '../../src/commands/terminal/text.ts'
import { endText } from '../../src/commands/try/end-text.ts'
import { planText } from '../../src/commands/try/plan-text.ts'
import { trialLine, trialTitles } from '../../src/commands/try/rows.ts'
import { reportOf } from '../../src/experiment-client/index.ts'
import { FINISHED } from '../experiment-client/finished.ts'

const looks = { ...PLAIN, columns: 110 }
const report = reportOf(FINISHED)

describe('the text of try', () => {
  it('says before what will happen', () => {
    const experiment = { apiVersion: '', kind: '', metadata: FINISHED.metadata, spec: FINISHED.spec }
    const preview = {
      ...{ trials: 12, minutes: 36, paused: ['HorizontalPodAutoscaler checkout'] },
      parameters: [{ name: 'checkout/app cpu', now: '1', from: '125m', to: '2' }],
    }
    assert.equal(
      planText(experiment, preview, looks),
      `Experiment staging/checkout-1
At most 12 trials, about 36 minutes. Each restarts the Pods of deployment/checkout with other values, waits
until they are ready, and runs the load: normal (100/s to http://checkout/).
A configuration must meet under each load: p95 at most 250ms, and at most 1% failed requests.
Paused meanwhile: HorizontalPodAutoscaler checkout.
At the end everything is restored, also if the experiment is stopped or a process dies.

  Varied            Now  From  To
  checkout/app cpu    1  125m   2

`,
    )
  })

  it('has a line for each trial', () => {
    const lines = [trialTitles('normal p95', looks), ...report.trials.map((trial) => trialLine(trial, looks))]
    assert.equal(
      `${lines.slice(0, 7).join('\n')}\n`,
      `  Trial  Why       Cost/h   normal p95  Errors  Configuration
      1  baseline   0.032        92 ms     0 %  app 1 512Mi: meets the limits
      2  baseline   0.032        95 ms     0 %  app 1 512Mi: meets the limits
      3  search     0.013       181 ms     0 %  app 400m 256Mi: meets the limits
      4  search     0.008       612 ms     0 %  app 250m 128Mi: above the limit: normal p95
      5  search     0.009            -     0 %  app 300m 64Mi: OOM-killed: checkout/app
      6  search    0.0095            -       -  app 300m 128Mi: void: k6 dropped 12 iterations
`,
    )
  })

  it('ends with the front, the verdict and what happens next', () => {
    assert.equal(
      endText(report, 'deployment/checkout in production', looks),
      `
  Best for           Cost/h  Saves  normal p95     95 % interval  Meets limits  Configuration
  -                   0.008   75 %      600 ms  540 ms to 660 ms           0 %  app 250m 128Mi
  savings, balanced   0.013   59 %      185 ms  167 ms to 204 ms          97 %  app 400m 256Mi
  reliability         0.032    0 %       93 ms   84 ms to 102 ms          99 %  app 1 512Mi

A cheaper configuration meets the limits. It costs 59 % less.
Limits: normal p95 ≤ 250 ms, normal errors ≤ 1 %.
The workload is restored.
Next: the result is proposed for deployment/checkout in production when the condition Proposed of the
Experiment is True; until then, its message says what is missing. The mode of that namespace decides whether
it is applied or waits for approval: see kubectl plimsoll explain and kubectl plimsoll approve.
A page to share: kubectl plimsoll try --status checkout-1 -n staging -o html > checkout-1.html
`,
    )
  })

  it('names what somebody else changed, and claims nothing about it', () => {
    const kept = endText({ ...report, kept: ['spec.replicas of deployment checkout'] }, undefined, looks)
    assert.match(
      kept,
      /These fields were not restored, usually because somebody else has changed them: spec\.replicas of deployment\s+checkout\./,
    )
    assert.doesNotMatch(kept, /is restored/)
    assert.match(kept, /put the values into the manifest, or repeat the experiment with --apply-to/)
  })

  it('lets no name from the cluster steer the terminal', () => {
    const hostile = endText({ ...report, says: '\u001B[31mred' }, undefined, looks)
    assert.ok(!hostile.includes('\u001B'))
  })
})
