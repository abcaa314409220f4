// Real Chromium, as Debian has it.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CHROMIUM = process.env.PLIMSOLL_CHROMIUM ?? '/usr/bin/chromium'

/** Why tests in a browser cannot run here, as the reason of a skipped test; undefined when they can. */
export function browserObstacle(): string | undefined {
  if (existsSync(CHROMIUM)) return undefined
  return `there is no ${CHROMIUM}: apt-get install --no-install-recommends chromium, or name one in PLIMSOLL_CHROMIUM`
}

export async function launch(): Promise<Browser> {
  // As root Chromium takes no sandbox; it sees pages of this machine alone.
  return await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}
