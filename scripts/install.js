// Installs the pinned dependencies when they are missing or when the lock file changed, so that `npm start` and
// `npm test` work on a fresh clone. Runs on whichever Node.js the machine has; everything else runs on the pinned one.
import { join } from 'node:path'
import { installPackages } from './install-packages.js'

installPackages(join(import.meta.dirname, '..'), {
  what: 'the pinned dependencies',
  lockFile: 'package-lock.json',
  needing: 'Plimsoll',
})
