// The real Chromium of Debian.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CHROMIUM = process.env.PLIMSOLL_CHROMIUM ?? '/usr/bin/chromium'

/** Why browser tests cannot run here, as the reason of a skipped test; undefined if they can. */
export function browserObstacle(): string | undefined {
  if (existsSync(CHROMIUM)) return undefined
  return `there is no ${CHROMIUM}: apt-get install --no-install-recommends chromium, or name one in PLIMSOLL_CHROMIUM`
}

export async function launch(): Promise<Browser> {
  // Chromium has no sandbox for root. It only opens pages of this machine.
  return await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}
