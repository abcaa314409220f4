// Installs the pinned packages that build the site when they are missing or when their lock file changed. They are separate from
// those of the product. Runs on whichever Node.js the machine has.
import { installPackages } from '../scripts/install-packages.js'

installPackages(import.meta.dirname, {
  what: 'the packages of the site',
  lockFile: 'site/package-lock.json',
  needing: 'The site',
  flags: ['--ignore-scripts'],
})
