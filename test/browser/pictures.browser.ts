// The screenshots in README and documentation: the report as a terminal prints it, the dashboard of
// `npm start`, and the front of an experiment. PLIMSOLL_PICTURES=docs/images updates them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { reportOf } from '../../src/experiment-client/index.ts'
import { renderExperimentPage } from '../../src/experiment-page/index.ts'
import { html } from '../../src/markup/index.ts'
import { FINISHED } from '../experiment-client/finished.ts'
import { browserObstacle, launch, look } from './browser.ts'

const ROOT = join(import.meta.dirname, '../..')
const PICTURES = join(ROOT, process.env.PLIMSOLL_PICTURES ?? 'test/browser/screenshots')

describe('pictures', { skip: browserObstacle() ?? false }, () => {
  let browser: Browser
  before(async () => {
    mkdirSync(PICTURES, { recursive: true })
    browser = await launch()
  })
  after(() => browser?.close())

  test('of the dashboard, with the sample history of `npm start`', async (t) => {
    const { page, complaints, close } = await look(browser)
    await page.goto(await dashboardLink(t))
    await page.locator('tbody a').first().waitFor()
    await take(page, 'dashboard')
    assert.deepEqual(complaints, [])
    await close()
  })

  test('of the report in a terminal', async () => {
    const printed = readFileSync(join(ROOT, 'test/commands/report/golden/table.txt'), 'utf8')
    const { page, close } = await look(browser)
    await page.setContent(terminal(printed.slice(0, printed.indexOf('\nWhat is missing'))))
    await page.locator('pre').screenshot({ path: join(PICTURES, 'report.png') })
    await close()
  })

  test('of the front of an experiment', async () => {
    const { page, close } = await look(browser)
    await page.setContent(renderExperimentPage(reportOf(FINISHED)))
    await page.locator('.point').first().waitFor()
    await take(page, 'experiment')
    await close()
  })
})

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

/** Starts `plimsoll start`, and reads the link of its dashboard from what it prints. */
async function dashboardLink(t: TestContext): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'plimsoll-pictures-'))
  const ports = ['--port=0', '--ops-port=0', '--dashboard-port=0']
  const program = spawn(process.execPath, [join(ROOT, 'src/main.ts'), 'start', `--data=${data}`, ...ports], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => {
    program.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })
  for await (const line of createInterface({ input: program.stdout })) {
    const link = /^ +(http:\/\/127\.0\.0\.1:\d+\/#token=\S+)$/.exec(line)?.[1]
    if (link) {
      program.stdout.resume()
      return link
    }
  }
  throw new Error('plimsoll start ended without a link')
}

function terminal(text: string): string {
  const lines = text.split('\n').map(
    (line) => html`${line}
`,
  )
  return html`<!doctype html><style>
    body { margin: 0; background: #fff; }
    pre {
      display: inline-block; margin: 0; padding: 20px 24px; border-radius: 8px;
      background: #11151b; color: #e6e9ee; font: 13px/1.45 "DejaVu Sans Mono", monospace;
    }
  </style><pre>$ plimsoll report --history examples/history.csv.gz --pods examples
${lines}</pre>`.toString()
}
